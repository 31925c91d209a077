// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.fleet.Policies;
import io.lazaret.appliance.fleet.ScanOrders;
import io.lazaret.appliance.identity.Enrolment;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.verdict.VerdictService;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Refusal;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for guests. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the channel, which is heard
public final class GuestServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GuestServer.class);
  private static final int BACKLOG = 4_096;
  private static final int GOODBYE_MILLIS = 2_000;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 << 10, 256 << 10);

  private final SslContext tls;
  private final House house;
  private final EventLoopGroup loops;
  private final AtomicInteger unmoved = new AtomicInteger();
  private @Nullable Channel listener;

  public GuestServer(
      SessionSettings settings,
      SslContext tls,
      VerdictService verdicts,
      Sessions sessions,
      Guests guests,
      Enrolment enrolment,
      GuestReports reports,
      Policies policies,
      ScanOrders scans,
      Metrics metrics,
      String software) {
    ConnectionLimits connections =
        new ConnectionLimits(
            settings.connections(), settings.connectionsPerAddress(), settings.strangers());
    ServerFigures figures = new ServerFigures(metrics, settings, connections);
    figures.sessions(sessions);
    this.tls = tls;
    this.house =
        new House(
            settings,
            connections,
            sessions,
            verdicts,
            guests,
            enrolment,
            reports,
            policies,
            scans,
            figures,
            software);
    IoHandlerFactory io =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.loops = new MultiThreadIoEventLoopGroup(io);
  }

  /** Begins to listen. */
  public void start() throws IOException {
    Class<? extends ServerChannel> type =
        Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    var bound =
        new ServerBootstrap()
            .group(loops)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(new GuestChannelInitializer(tls, house))
            .bind(house.settings().address())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "guests' address: "
              + house.settings().address()
              + " (expected: free and ours): "
              + bound.cause().getMessage(),
          bound.cause());
    }
    listener = bound.channel();
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    Channel open = listener;
    if (open == null) {
      throw new IllegalStateException("listener: not started (expected: after start)");
    }
    return (InetSocketAddress) open.localAddress();
  }

  /**
   * Whether every event loop has run what it was given by the last call; gives each the next. For a
   * watchdog that calls it once in its period.
   */
  public boolean moves() {
    boolean moved = unmoved.get() == 0;
    if (moved) {
      for (EventExecutor loop : loops) {
        unmoved.incrementAndGet();
        loop.execute(unmoved::decrementAndGet);
      }
    }
    return moved;
  }

  /** Takes no more connections, and tells the guests to go elsewhere. */
  public void drain(List<String> appliances, Duration within) {
    if (listener != null) {
      listener.close().awaitUninterruptibly();
    }
    house.sessions().toAll(new Message.Drain(appliances, (int) within.toMillis()));
  }

  /** Says goodbye to everybody and closes. */
  @Override
  public void close() {
    if (listener != null) {
      listener.close().awaitUninterruptibly();
    }
    List<GuestSession> open = List.copyOf(house.sessions().all());
    CountDownLatch gone = new CountDownLatch(open.size());
    for (GuestSession session : open) {
      session.whenClosed(gone::countDown);
      session.end(Refusal.SHUTTING_DOWN, "");
    }
    try { // event loops that shut down close their channels before they write
      if (!gone.await(GOODBYE_MILLIS, TimeUnit.MILLISECONDS)) {
        log.warn("guests did not leave in time: guests={}", gone.getCount());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(100, 2_000, TimeUnit.MILLISECONDS).awaitUninterruptibly(5_000);
  }
}
