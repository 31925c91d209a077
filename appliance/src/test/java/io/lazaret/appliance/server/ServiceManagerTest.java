// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceManagerTest {
  @TempDir Path directory;

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  @AfterEach
  void stop() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void theManagerHearsThatWeAreReadyThatWeLiveAndThatWeStop() throws InterruptedException {
    String socket = directory.resolve("notify").toString();
    listen(new DomainSocketAddress(socket));
    try (ServiceManager manager =
        ServiceManager.of(Map.of("NOTIFY_SOCKET", socket)).orElseThrow()) {
      manager.ready("guests on port 1");
      manager.alive();
      manager.stopping(Duration.ofSeconds(5));
    }
    assertEquals("READY=1\nSTATUS=guests on port 1", heard.poll(10, TimeUnit.SECONDS));
    assertEquals("WATCHDOG=1", heard.poll(10, TimeUnit.SECONDS));
    assertEquals(
        "STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=5000000",
        heard.poll(10, TimeUnit.SECONDS));
  }

  @Test
  void aManagerThatIsGoneIsNoReasonToFail() {
    try (ServiceManager manager =
        ServiceManager.of(Map.of("NOTIFY_SOCKET", directory.resolve("gone").toString()))
            .orElseThrow()) {
      manager.ready("nobody hears this");
    }
  }

  @Test
  void withoutAManagerNobodyIsTold() {
    assertTrue(ServiceManager.of(Map.of()).isEmpty());
  }

  @Test
  void theWatchdogIsOursOnlyIfItSaysSo() {
    assertEquals(
        Optional.of(Duration.ofSeconds(30)),
        ServiceManager.watchdog(Map.of("WATCHDOG_USEC", "30000000"), 7));
    assertEquals(
        Optional.of(Duration.ofSeconds(30)),
        ServiceManager.watchdog(Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "7"), 7));
    assertEquals(
        Optional.empty(),
        ServiceManager.watchdog(Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "8"), 7));
    assertEquals(Optional.empty(), ServiceManager.watchdog(Map.of("WATCHDOG_USEC", "0"), 7));
    assertEquals(Optional.empty(), ServiceManager.watchdog(Map.of("WATCHDOG_USEC", "-1"), 7));
    assertEquals(Optional.empty(), ServiceManager.watchdog(Map.of(), 7));
  }

  private void listen(DomainSocketAddress address) {
    var _ =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainDatagramChannel.class)
            .handler(
                new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                  @Override
                  protected void channelRead0(
                      ChannelHandlerContext context, DomainDatagramPacket packet) {
                    heard.add(packet.content().toString(StandardCharsets.UTF_8));
                  }
                })
            .bind(address)
            .syncUninterruptibly();
  }
}
