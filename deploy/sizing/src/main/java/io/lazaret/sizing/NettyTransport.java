// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.agent.client.ApplianceAddress;
import io.lazaret.agent.client.Transport;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.codec.netty.NettyMessageDecoder;
import io.lazaret.protocol.codec.netty.NettyMessageEncoder;
import io.lazaret.protocol.tls.ClientTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;

/** The agent's connection over Netty, tuned to be small: one loop, one pipeline, the JDK's TLS. */
final class NettyTransport implements Transport {
  private static final int CONNECT_MILLIS = 2000;

  /** Written and not yet with the kernel: as much as a blocking socket would buffer. */
  private static final int MOST_UNSENT = 256 << 10;

  private final Channel channel;
  private final BlockingQueue<Optional<Message>> received;

  private NettyTransport(Channel channel, BlockingQueue<Optional<Message>> received) {
    this.channel = channel;
    this.received = received;
  }

  @Override
  public Message read() throws IOException {
    try {
      return received.take().orElseThrow(() -> new EOFException("closed"));
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  @Override
  public void write(Message message) throws IOException {
    var written = channel.write(message);
    if (channel.bytesBeforeWritable() > MOST_UNSENT) {
      channel.flush();
      try {
        written.sync();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  @Override
  public void flush() {
    channel.flush();
  }

  /** It is measured with one appliance only. */
  @Override
  public String peer() {
    return "";
  }

  @Override
  public void close() {
    var _ = channel.close();
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IOException("interrupted", e);
  }

  /** Messages from the loop to the reading thread; the end is an empty one. */
  private static final class Inbox extends SimpleChannelInboundHandler<Message> {
    private final BlockingQueue<Optional<Message>> received;

    Inbox(BlockingQueue<Optional<Message>> received) {
      super(Message.class);
      this.received = received;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Message message) {
      received.add(Optional.of(message));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      received.add(Optional.empty());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var _ = context.close();
    }
  }

  /** Opens such connections. */
  static final class Dialling implements Dialler {
    private final Supplier<ClientTls> tls;
    private final EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    Dialling(Supplier<ClientTls> tls) {
      this.tls = tls;
    }

    @Override
    public Transport dial(ApplianceAddress address) throws IOException {
      BlockingQueue<Optional<Message>> received = new LinkedBlockingQueue<>();
      SslHandler secure = new SslHandler(tls.get().engine());
      try {
        Channel channel =
            new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(
                    new ChannelInitializer<SocketChannel>() {
                      @Override
                      protected void initChannel(SocketChannel connected) {
                        connected
                            .pipeline()
                            .addLast(secure, new NettyMessageDecoder(), new NettyMessageEncoder())
                            .addLast(new Inbox(received));
                      }
                    })
                .connect(address.host(), address.port())
                .sync()
                .channel();
        secure.handshakeFuture().sync();
        return new NettyTransport(channel, received);
      } catch (InterruptedException e) {
        throw interrupted(e);
      } catch (Exception e) {
        // What sync() throws is not declared.
        throw new IOException(e);
      }
    }

    @Override
    public void cancel() {
      var _ = loop.shutdownGracefully();
    }
  }
}
