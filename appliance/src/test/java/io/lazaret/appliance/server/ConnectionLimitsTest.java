// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

/** Who has to go when there are too many connections. */
final class ConnectionLimitsTest {
  private final InetAddress here = address(1);
  private final InetAddress there = address(2);

  @Test
  void theStrangerThatHasBeenSilentForLongestGoes() {
    ConnectionLimits limits = new ConnectionLimits(100, 100, 2);
    Channel first = new EmbeddedChannel();
    Channel second = new EmbeddedChannel();
    assertNull(limits.came(first, here));
    assertNull(limits.came(second, there));
    assertSame(first, limits.came(new EmbeddedChannel(), here));
    assertSame(second, limits.came(new EmbeddedChannel(), here));
  }

  @Test
  void whoIsIntroducedStays() {
    ConnectionLimits limits = new ConnectionLimits(2, 100, 100);
    Channel guest = new EmbeddedChannel();
    Channel stranger = new EmbeddedChannel();
    assertNull(limits.came(guest, here));
    limits.introduced(guest, here);
    assertNull(limits.came(stranger, here));
    limits.introduced(stranger, here);
    Channel newcomer = new EmbeddedChannel();
    assertSame(newcomer, limits.came(newcomer, here), "no stranger is left but the newcomer");
  }

  @Test
  void anAddressHasItsOwnLimitAndHurtsNoOther() {
    ConnectionLimits limits = new ConnectionLimits(100, 2, 100);
    Channel oldest = new EmbeddedChannel();
    Channel elsewhere = new EmbeddedChannel();
    assertNull(limits.came(elsewhere, there));
    assertNull(limits.came(oldest, here));
    assertNull(limits.came(new EmbeddedChannel(), here));
    assertSame(oldest, limits.came(new EmbeddedChannel(), here));
  }

  @Test
  void whoLeavesIsNotCountedAnyMore() {
    ConnectionLimits limits = new ConnectionLimits(1, 1, 1);
    for (int i = 0; i < 3; i++) {
      Channel channel = new EmbeddedChannel();
      assertNull(limits.came(channel, here));
      assertEquals(1, limits.open());
      limits.left(channel, here);
      assertEquals(0, limits.open());
      assertEquals(0, limits.strangers());
    }
  }

  private static InetAddress address(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
