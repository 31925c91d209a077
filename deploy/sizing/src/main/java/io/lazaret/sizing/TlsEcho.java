// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.tls.TlsIdentity;
import io.lazaret.protocol.tls.netty.ServerTls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A bare Netty TLS server that sends back what comes, on a thread of its own as an appliance is:
 * the floor for a round trip on this machine.
 */
final class TlsEcho {
  private TlsEcho() {}

  /** Round trips of so many bytes, one after the other. */
  static Durations measure(Dialler dialler, TlsIdentity identity, int bytes, int rounds)
      throws Exception {
    EventLoopGroup own =
        new MultiThreadIoEventLoopGroup(
            1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    Channel server = serve(own, ServerTls.context(identity));
    try {
      RoundTrips trips = new RoundTrips(bytes, rounds);
      Channel client =
          dialler
              .toOneself(identity, (InetSocketAddress) server.localAddress(), trips)
              .sync()
              .channel();
      try {
        return trips.done.get();
      } finally {
        Dialler.closeQuietly(client);
      }
    } finally {
      Dialler.closeQuietly(server);
      var _ = own.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private static Channel serve(EventLoopGroup own, SslContext tls) throws InterruptedException {
    return new ServerBootstrap()
        .group(own)
        .channel(
            Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                channel.pipeline().addLast(tls.newHandler(channel.alloc())).addLast(new Back());
              }
            })
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .sync()
        .channel();
  }

  /** The server's side. */
  private static final class Back extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      var _ = ctx.writeAndFlush(bytes);
    }
  }

  /** The client's side. */
  private static final class RoundTrips extends SimpleChannelInboundHandler<ByteBuf> {
    private final CompletableFuture<Durations> done = new CompletableFuture<>();
    private final Durations durations = new Durations();
    private final int bytes;
    private int left;
    private int missing;
    private long since;

    RoundTrips(int bytes, int rounds) {
      super(ByteBuf.class);
      this.bytes = bytes;
      this.left = rounds;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      send(ctx);
      ctx.fireChannelActive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf received) {
      missing -= received.readableBytes();
      if (missing > 0) {
        return;
      }
      durations.add(System.nanoTime() - since);
      if (--left > 0) {
        send(ctx);
      } else {
        done.complete(durations);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      done.completeExceptionally(new IOException("echo: closed (expected: open until its end)"));
      ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      done.completeExceptionally(cause);
      var _ = ctx.close();
    }

    private void send(ChannelHandlerContext ctx) {
      missing = bytes;
      since = System.nanoTime();
      var _ = ctx.writeAndFlush(ctx.alloc().buffer(bytes).writeZero(bytes));
    }
  }
}
