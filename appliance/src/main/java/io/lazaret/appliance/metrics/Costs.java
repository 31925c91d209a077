// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.metrics;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.Ask;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which files, processes and guests cost most, over the last 10 to 20 minutes and in bounded
 * memory: what labels of metrics cannot say.
 *
 * <p>Asks are counted one by one up to {@value #EXACT} in 10 minutes, above that one in {@value
 * #SAMPLED} stands for as many: an ask that memory answers takes half a microsecond.
 */
public final class Costs {
  /** What something costs. */
  public enum Cost {
    ASKS,
    BYTES,
    SCAN_TIME
  }

  /** Who or what costs. */
  public enum Kind {
    FILES,
    PROCESSES,
    GUESTS
  }

  /**
   * One of those that cost most.
   *
   * @param key a file's hash, a process' path, a guest's name
   * @param name a path that a file had, else as the key
   * @param cost number, bytes or nanoseconds; at least
   */
  public record Hit(String key, String name, long cost) {}

  /**
   * Those that cost most, the costliest first.
   *
   * @param since from when on
   * @param total of all, also those that are not in the list
   * @param error how much more than shown each may have cost
   */
  public record Top(Instant since, long total, long error, List<Hit> hits) {}

  static final int EXACT = 10_000;
  static final int SAMPLED = 256;
  private static final int CAPACITY = 512;
  private static final int LONGEST_NAME = 512;
  private static final Duration WINDOW = Duration.ofMinutes(10);

  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by the lock.
  private Window current;
  private Window before;
  private int asks;
  // How many asks stand behind one that is counted: 1 or SAMPLED. Read without the lock.
  private volatile int weight = 1;

  public Costs(InstantSource clock) {
    this.clock = clock;
    current = new Window(clock.instant());
    before = current;
  }

  /** A guest asked; never waits: while another thread counts, these asks are not counted. */
  public void asked(String guest, List<Ask> batch) {
    int stands = weight;
    int first = stands == 1 ? 0 : ThreadLocalRandom.current().nextInt(stands);
    if (first >= batch.size() || !lock.tryLock()) {
      return;
    }
    try {
      for (int i = first; i < batch.size(); i += stands) {
        add(Cost.ASKS, guest, batch.get(i).access(), stands);
        asks++;
      }
      if (asks >= EXACT) {
        weight = SAMPLED;
      }
    } finally {
      lock.unlock();
    }
  }

  /** A guest sent a content. */
  public void received(String guest, Access access) {
    addWaiting(Cost.BYTES, guest, access, access.content().length());
  }

  /** The engine took so long for it. */
  public void scanned(String guest, Access access, long nanos) {
    addWaiting(Cost.SCAN_TIME, guest, access, nanos);
  }

  /** Those that cost most. */
  public Top top(Kind kind, Cost cost, int limit) {
    Map<String, HeavyHitters.Hit> hits = new HashMap<>();
    lock.lock();
    try {
      turn();
      HeavyHitters<String> now = current.table(kind, cost);
      hits.putAll(now.hits());
      long total = now.total();
      long error = now.error();
      if (before != current) {
        HeavyHitters<String> old = before.table(kind, cost);
        old.hits().forEach((key, hit) -> hits.merge(key, hit, HeavyHitters.Hit::plus));
        total += old.total();
        error += old.error();
      }
      List<Hit> most =
          hits.entrySet().stream()
              .map(
                  entry -> new Hit(entry.getKey(), entry.getValue().name(), entry.getValue().sum()))
              .sorted((a, b) -> Long.compare(b.cost(), a.cost()))
              .limit(limit)
              .toList();
      return new Top(before.since, total, error, most);
    } finally {
      lock.unlock();
    }
  }

  private void addWaiting(Cost cost, String guest, Access access, long amount) {
    lock.lock();
    try {
      add(cost, guest, access, amount);
    } finally {
      lock.unlock();
    }
  }

  private void add(Cost cost, String guest, Access access, long amount) {
    turn();
    current
        .table(Kind.FILES, cost)
        .add(access.content().hash().toString(), shortened(access.path()), amount);
    String process = shortened(access.process());
    current.table(Kind.PROCESSES, cost).add(process, process, amount);
    current.table(Kind.GUESTS, cost).add(guest, guest, amount);
  }

  /** Begins the next window when the present one is over. */
  private void turn() {
    Instant now = clock.instant();
    if (Duration.between(current.since, now).compareTo(WINDOW) < 0) {
      return;
    }
    boolean stale = Duration.between(current.since, now).compareTo(WINDOW.multipliedBy(2)) >= 0;
    Window next = new Window(now);
    before = stale ? next : current;
    current = next;
    asks = 0;
    weight = 1;
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
  }

  /** What was counted in one stretch of time. */
  private static final class Window {
    private final Instant since;
    private final Map<Kind, Map<Cost, HeavyHitters<String>>> tables = new EnumMap<>(Kind.class);

    Window(Instant since) {
      this.since = since;
      for (Kind kind : Kind.values()) {
        Map<Cost, HeavyHitters<String>> costs = new EnumMap<>(Cost.class);
        for (Cost cost : Cost.values()) {
          costs.put(cost, new HeavyHitters<>(CAPACITY));
        }
        tables.put(kind, costs);
      }
    }

    HeavyHitters<String> table(Kind kind, Cost cost) {
      return Objects.requireNonNull(Objects.requireNonNull(tables.get(kind)).get(cost));
    }
  }
}
