// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.protocol.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection that has said nothing yet: counted, timed, and otherwise free of charge. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the channel, which is heard
final class Threshold extends ChannelInboundHandlerAdapter {
  private final House house;
  private final Consumer<ChannelPipeline> assemble;
  private @Nullable Future<?> timeout;

  Threshold(House house, Consumer<ChannelPipeline> assemble) {
    this.house = house;
    this.assemble = assemble;
  }

  /** The address that bounds count by. */
  static InetAddress addressOf(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress remote
        ? remote.getAddress()
        : InetAddress.getLoopbackAddress();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    Channel channel = ctx.channel();
    InetAddress address = addressOf(channel);
    Channel surplus = house.connections().came(channel, address);
    channel.closeFuture().addListener(closed -> house.connections().left(channel, address));
    timeout =
        ctx.executor()
            .schedule(
                () -> Farewell.close(ctx, house, Refusal.HANDSHAKE_TIMEOUT, "no byte came"),
                house.settings().handshake().toMillis(),
                TimeUnit.MILLISECONDS);
    if (surplus != null) {
      surplus
          .eventLoop()
          .execute(() -> Farewell.close(surplus, house, Refusal.TOO_MANY_CONNECTIONS, ""));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object bytes) {
    stopTimeout();
    ChannelPipeline pipeline = ctx.pipeline();
    assemble.accept(pipeline);
    pipeline.remove(this);
    pipeline.fireChannelActive();
    pipeline.fireChannelRead(bytes);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    stopTimeout();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close(); // a connection that was reset before it said anything
  }

  private void stopTimeout() {
    if (timeout != null) {
      timeout.cancel(false);
    }
  }
}
