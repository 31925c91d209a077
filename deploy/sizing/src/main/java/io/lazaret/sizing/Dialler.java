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
import io.netty.handler.ssl.util.FingerprintTrustManagerFactory;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** Connects simulated guests over TLS 1.3. */
final class Dialler implements AutoCloseable {
  private static final int HANDSHAKE_SECONDS = 60;

  private static final int SOURCES = 16;
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final EventLoopGroup loops;

  Dialler(int threads) {
    loops =
        new MultiThreadIoEventLoopGroup(
            threads, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /**
   * Where to connect from: on loopback one of many addresses, for each has only so many ports; else
   * what the system says.
   */
  static InetSocketAddress source(InetSocketAddress destination) {
    return destination.getAddress() instanceof Inet4Address address && address.isLoopbackAddress()
        ? new InetSocketAddress("127.0.1." + (1 + NUMBERS.getAndIncrement() % SOURCES), 0)
        : new InetSocketAddress(0);
  }

  /** A guest whose session will be open soon: see {@link SimulatedGuest#opened}. */
  SimulatedGuest guest(
      TlsIdentity identity, InetSocketAddress appliance, Contents contents, Lane lane)
      throws SSLException {
    SimulatedGuest guest = new SimulatedGuest(contents, lane);
    session(identity, appliance, guest, guest.opened());
    return guest;
  }

  /** A handler of messages on a new connection; the future is failed when there is none. */
  void session(
      TlsIdentity identity,
      InetSocketAddress appliance,
      ChannelHandler handler,
      CompletableFuture<?> opened)
      throws SSLException {
    SslContext tls = clientContext(identity).trustManager(identity.authority()).build();
    var _ =
        connect(tls, appliance, new NettyMessageDecoder(), new NettyMessageEncoder(), handler)
            .addListener(connected -> {
              if (!connected.isSuccess()) {
                opened.completeExceptionally(connected.cause());
              }
            });
  }

  /** A connection to somebody who shows the very certificate that we have. */
  ChannelFuture toOneself(TlsIdentity identity, InetSocketAddress address, ChannelHandler handler)
      throws SSLException {
    TrustManagerFactory self =
        FingerprintTrustManagerFactory.builder("SHA-256")
            .fingerprints(fingerprint(identity.chain().getFirst()))
            .build();
    return connect(clientContext(identity).trustManager(self).build(), address, handler);
  }

  private ChannelFuture connect(
      SslContext tls, InetSocketAddress address, ChannelHandler... handlers) {
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
        .connect(address, source(address));
  }

  /** Names in certificates do not matter, only who issued them. */
  private static SslContextBuilder clientContext(TlsIdentity identity) {
    return SslContextBuilder.forClient()
        .sslProvider(ServerTls.provider())
        .protocols("TLSv1.3")
        .keyManager(identity.key(), identity.chain().toArray(X509Certificate[]::new))
        .endpointIdentificationAlgorithm(null);
  }

  private static String fingerprint(X509Certificate certificate) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
      throw new IllegalStateException("certificate: not to be hashed", e);
    }
  }

  static void closeQuietly(Channel channel) {
    channel.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
  }
}
