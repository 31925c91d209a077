// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls.netty;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.Ping;
import io.lazaret.protocol.Message.Pong;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.codec.netty.NettyMessageDecoder;
import io.lazaret.protocol.codec.netty.NettyMessageEncoder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Answers every Ping over TLS, and remembers how its handshakes ended. */
final class PongServer implements AutoCloseable {
  private static final long TIMEOUT_SECONDS = 20;

  private final BlockingQueue<Optional<X509Certificate>> peers = new LinkedBlockingQueue<>();
  private final BlockingQueue<Refusal> refusals = new LinkedBlockingQueue<>();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel listener;

  PongServer(SslContext tls) {
    listener =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(tls.newHandler(channel.alloc()))
                        .addLast(new NettyMessageDecoder(), new NettyMessageEncoder())
                        .addLast(new Session());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** The certificate of the next client whose handshake succeeds, if it has one. */
  Optional<X509Certificate> nextPeer() throws InterruptedException {
    var peer = peers.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    return assertNotNullAndGet(peer);
  }

  /** Why the next handshake fails. */
  Refusal nextRefusal() throws InterruptedException {
    return assertNotNullAndGet(refusals.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS));
  }

  private static <T> T assertNotNullAndGet(@org.jspecify.annotations.Nullable T value) {
    assertNotNull(value, "nothing happened in time");
    return value;
  }

  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    loops.shutdownGracefully(0, TIMEOUT_SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private final class Session extends SimpleChannelInboundHandler<Message> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Message message) {
      if (message instanceof Ping(long token)) {
        var _ = ctx.writeAndFlush(new Pong(token));
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
      if (event instanceof SslHandshakeCompletionEvent handshake) {
        if (handshake.isSuccess()) {
          peers.add(peer(ctx.pipeline().get(SslHandler.class)));
        } else {
          refusals.add(ServerTls.refusal(handshake.cause()));
        }
      }
    }

    private Optional<X509Certificate> peer(SslHandler tls) {
      try {
        return Optional.of((X509Certificate) tls.engine().getSession().getPeerCertificates()[0]);
      } catch (SSLPeerUnverifiedException _) {
        return Optional.empty();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      var _ = ctx.close(); // the handshake's event has told why
    }
  }
}
