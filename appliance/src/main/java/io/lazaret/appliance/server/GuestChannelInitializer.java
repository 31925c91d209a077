// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.protocol.codec.netty.NettyMessageDecoder;
import io.lazaret.protocol.codec.netty.NettyMessageEncoder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;

/**
 * Assembles a guest's pipeline: {@link Threshold} until the first byte, then TLS, codec and {@link
 * Reception}, which {@link GuestSession} replaces when the guest is in.
 */
final class GuestChannelInitializer extends ChannelInitializer<Channel> {
  private static final NettyMessageEncoder ENCODER = new NettyMessageEncoder();

  private final SslContext tls;
  private final House house;

  GuestChannelInitializer(SslContext tls, House house) {
    this.tls = tls;
    this.house = house;
  }

  @Override
  protected void initChannel(Channel channel) {
    channel.pipeline().addLast(new Threshold(house, this::assemble));
  }

  /** The pipeline of a client that says something; one that does not never costs this much. */
  private void assemble(ChannelPipeline pipeline) {
    SslHandler ssl = tls.newHandler(pipeline.channel().alloc());
    ssl.setHandshakeTimeoutMillis(0); // Reception bounds TLS and the first message together
    pipeline
        .addLast(ssl)
        .addLast(new NettyMessageDecoder())
        .addLast(ENCODER)
        .addLast(new Reception(house, ssl));
  }
}
