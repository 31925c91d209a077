// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.metrics.Costs.Cost;
import io.lazaret.appliance.metrics.Costs.Kind;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests {@link Costs} and {@link HeavyHitters}. */
class CostsTest {
  private Instant now = Instant.parse("2026-11-25T08:00:00Z");
  private final Costs costs = new Costs(() -> now);

  @Test
  void theCostliestComesFirstWithItsName() {
    asked("vm1", access(1, "/bin/sh", "/usr/bin/make"));
    asked("vm1", access(2, "/bin/ls", "/bin/sh"));
    asked("vm2", access(2, "/usr/bin/ls", "/bin/sh"));
    Costs.Top files = costs.top(Kind.FILES, Cost.ASKS, 1);
    assertEquals(
        List.of(new Costs.Hit(new ContentHash(2, 0, 0, 0).toString(), "/bin/ls", 2)), files.hits());
    assertEquals(3, files.total());
    assertEquals(
        List.of(
            new Costs.Hit("/bin/sh", "/bin/sh", 2),
            new Costs.Hit("/usr/bin/make", "/usr/bin/make", 1)),
        costs.top(Kind.PROCESSES, Cost.ASKS, 9).hits());
    assertEquals("vm1", costs.top(Kind.GUESTS, Cost.ASKS, 9).hits().getFirst().key());
    assertEquals(List.of(), costs.top(Kind.GUESTS, Cost.SCAN_TIME, 9).hits());
  }

  @Test
  void whatIsLongAgoIsForgotten() {
    Instant start = now;
    costs.received("vm1", access(1, "/a", ""));
    now = now.plus(Duration.ofMinutes(11));
    costs.received("vm2", access(2, "/b", ""));
    assertEquals(2, costs.top(Kind.GUESTS, Cost.BYTES, 9).hits().size());
    assertEquals(start, costs.top(Kind.GUESTS, Cost.BYTES, 9).since());
    now = now.plus(Duration.ofMinutes(10));
    assertEquals(List.of("vm2"), keys());
    now = now.plus(Duration.ofMinutes(25));
    assertEquals(List.of(), keys());
    assertEquals(now, costs.top(Kind.GUESTS, Cost.BYTES, 9).since());
  }

  private List<String> keys() {
    return costs.top(Kind.GUESTS, Cost.BYTES, 9).hits().stream().map(Costs.Hit::key).toList();
  }

  @Test
  void manyAsksAreSampledAndStillCountedAboutRight() {
    Access often = access(1, "/often", "/bin/a");
    Access seldom = access(2, "/seldom", "/bin/b");
    List<Ask> batch = List.of(ask(often), ask(often), ask(often), ask(often), ask(seldom));
    for (int i = 0; i < 100_000; i++) {
      costs.asked("vm1", batch);
    }
    List<Costs.Hit> hits = costs.top(Kind.FILES, Cost.ASKS, 9).hits();
    // 1 in 256 of 400,000: its standard deviation is 10,000.
    assertEquals(400_000, (double) hits.get(0).cost(), 60_000);
    assertEquals(100_000, (double) hits.get(1).cost(), 30_000);
  }

  @Test
  void namesAndKeysAreBounded() {
    for (int i = 0; i < 100_000; i++) {
      costs.received("vm" + i, access(i, "/x/" + "y".repeat(4_000), ""));
    }
    Costs.Top files = costs.top(Kind.FILES, Cost.BYTES, 100_000);
    assertTrue(files.hits().size() <= 512, () -> files.hits().size() + " are remembered");
    assertTrue(files.hits().getFirst().name().length() <= 512);
  }

  @Test
  void aSumIsNeverTooLargeAndTooSmallByTheErrorAtMost() {
    HeavyHitters<Integer> hitters = new HeavyHitters<>(64);
    Random random = new Random(7);
    long[] truth = new long[5_000];
    for (int i = 0; i < 200_000; i++) {
      int key = (int) (5_000 * Math.pow(random.nextDouble(), 8)); // few often, many seldom
      int amount = 1 + random.nextInt(9);
      truth[key] += amount;
      hitters.add(key, "", amount);
    }
    Map<Integer, HeavyHitters.Hit> hits = hitters.hits();
    assertTrue(hits.size() <= 64);
    for (int key = 0; key < truth.length; key++) {
      long said = hits.containsKey(key) ? hits.get(key).sum() : 0;
      assertTrue(said <= truth[key], "too large: " + key);
      assertTrue(said + hitters.error() >= truth[key], "too small: " + key);
    }
    assertTrue(hits.containsKey(0) && hits.containsKey(1), "the greatest are known");
    assertTrue(hitters.error() < hitters.total() / 32);
  }

  @Test
  void tenantsBeyondTheBoundAreOneLabel() {
    TenantLabels labels = new TenantLabels();
    for (int i = 0; i < TenantLabels.MOST; i++) {
      assertEquals("t" + i, labels.of("t" + i));
    }
    assertEquals("other", labels.of("one more"));
    assertEquals("t3", labels.of("t3"));
  }

  private void asked(String guest, Access access) {
    costs.asked(guest, List.of(ask(access)));
  }

  private static Ask ask(Access access) {
    return new Ask(1, 1_000, access);
  }

  private static Access access(long hash, String path, String process) {
    ContentKey key = new ContentKey(new ContentHash(hash, 0, 0, 0), 100);
    return new Access(Lane.OPEN, key, path, process, 1, 1);
  }
}
