// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whoever started the appliance and wants to know how it does: systemd, or what speaks like it
 * (sd_notify(3): lines {@code NAME=VALUE} in a datagram to the socket named by {@code
 * NOTIFY_SOCKET}).
 */
public final class ServiceManager implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServiceManager.class);
  private static final int LAST_WORDS_MILLIS = 1_000;
  private static final int TRIES = 3;

  private final DomainSocketAddress address;
  private final Optional<Duration> watchdog;
  private final EventLoopGroup loop;
  private Channel channel;

  private ServiceManager(DomainSocketAddress address, Optional<Duration> watchdog) {
    this.address = address;
    this.watchdog = watchdog;
    loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    channel = connect();
  }

  /** Empty when nobody wants to know. */
  public static Optional<ServiceManager> of(Map<String, String> environment) {
    String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (socket.isEmpty()) {
      return Optional.empty();
    }
    if (!Epoll.isAvailable()) {
      log.warn("The service manager is not told anything. socket={}", socket);
      return Optional.empty();
    }
    // An @ stands for the zero byte of an abstract address.
    String path = socket.startsWith("@") ? '\0' + socket.substring(1) : socket;
    return Optional.of(
        new ServiceManager(
            new DomainSocketAddress(path), watchdog(environment, ProcessHandle.current().pid())));
  }

  /** {@code WATCHDOG_USEC} microseconds, unless it is meant for another process. */
  static Optional<Duration> watchdog(Map<String, String> environment, long pid) {
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    String of = environment.getOrDefault("WATCHDOG_PID", "");
    return micros.matches("[1-9]\\d{0,17}") && (of.isEmpty() || of.equals(Long.toString(pid)))
        ? Optional.of(Duration.of(Long.parseLong(micros), ChronoUnit.MICROS))
        : Optional.empty();
  }

  /** How long it waits for a sign of life before it starts us again. */
  public Optional<Duration> watchdog() {
    return watchdog;
  }

  public void ready(String status) {
    tell("READY=1\nSTATUS=" + status);
  }

  public void alive() {
    tell("WATCHDOG=1");
  }

  /** Stopping in order may take so long. */
  public void stopping(Duration within) {
    tell(
        "STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC="
            + TimeUnit.MILLISECONDS.toMicros(within.toMillis()));
  }

  private synchronized void tell(String lines) {
    for (int tries = 0; !channel.isActive() && tries < TRIES; tries++) {
      channel = connect();
    }
    // Waited for, because an event loop that shuts down closes its channels before it writes.
    ChannelFuture sent =
        channel.writeAndFlush(Unpooled.copiedBuffer(lines, StandardCharsets.UTF_8));
    if (!sent.awaitUninterruptibly(LAST_WORDS_MILLIS) || !sent.isSuccess()) {
      log.warn("The service manager does not listen. detail={}", String.valueOf(sent.cause()));
    }
  }

  private Channel connect() {
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainDatagramChannel.class)
            .handler(new Deaf())
            .connect(address)
            .awaitUninterruptibly();
    if (!connected.isSuccess()) {
      log.warn(
          "The service manager cannot be reached. socket={} detail={}",
          address.path(),
          connected.cause().toString());
    }
    return connected.channel();
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(2L * LAST_WORDS_MILLIS);
  }

  /** Nobody answers. */
  @ChannelHandler.Sharable
  private static final class Deaf extends ChannelInboundHandlerAdapter {}
}
