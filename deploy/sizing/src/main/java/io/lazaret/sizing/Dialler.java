// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.Lane;
import io.lazaret.protocol.codec.netty.NettyMessageDecoder;
import io.lazaret.protocol.codec.netty.NettyMessageEncoder;
import io.lazaret.protocol.tls.TlsIdentity;
import io.lazaret.protocol.tls.netty.ServerTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** Connects simulated guests over TLS 1.3. */
final class Dialler implements AutoCloseable {
  private static final int HANDSHAKE_SECONDS = 60;

  private final EventLoopGroup loops;

  Dialler(int threads) {
    loops =
        new MultiThreadIoEventLoopGroup(
            threads, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  EventLoopGroup loops() {
    return loops;
  }

  /** A guest whose session will be open soon: see {@link SimulatedGuest#opened}. */
  SimulatedGuest guest(
      TlsIdentity identity, InetSocketAddress appliance, Contents contents, Lane lane)
      throws SSLException {
    SimulatedGuest guest = new SimulatedGuest(contents, lane);
    var _ =
        connect(identity, appliance, new NettyMessageDecoder(), new NettyMessageEncoder(), guest)
            .addListener(connected -> {
              if (!connected.isSuccess()) {
                guest.opened().completeExceptionally(connected.cause());
              }
            });
    return guest;
  }

  ChannelFuture connect(TlsIdentity identity, InetSocketAddress address, ChannelHandler... handlers)
      throws SSLException {
    SslContext tls = clientContext(identity);
    return new Bootstrap()
        .group(loops)
        .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                var handler = tls.newHandler(channel.alloc());
                handler.setHandshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS);
                channel.pipeline().addLast(handler).addLast(handlers);
              }
            })
        .connect(address);
  }

  /** Names in certificates do not matter, only who issued them. */
  private static SslContext clientContext(TlsIdentity identity) throws SSLException {
    return SslContextBuilder.forClient()
        .sslProvider(ServerTls.provider())
        .protocols("TLSv1.3")
        .keyManager(identity.key(), identity.chain().toArray(X509Certificate[]::new))
        .trustManager(identity.authority())
        .endpointIdentificationAlgorithm(null)
        .build();
  }

  static void closeQuietly(Channel channel) {
    channel.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
  }
}
