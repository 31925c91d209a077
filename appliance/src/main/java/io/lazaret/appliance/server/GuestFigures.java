// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.metrics.TenantLabels;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Report.Figure;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What guests said of themselves last, and the sums of it by tenant. A guest can lie about itself
 * and so spoil its tenant's sums; nothing is decided by them.
 */
public final class GuestFigures {
  private static final int MOST = 20_000;

  /** More than this in one report is not believed. */
  private static final long MOST_AT_ONCE = 1L << 40;

  private static final Map<Figure, Metric> SUMMED =
      new EnumMap<>(
          Map.of(
              Figure.OPENS_SEEN, Metric.GUEST_OPENS,
              Figure.OPENS_FROM_MEMORY, Metric.GUEST_OPENS_FROM_MEMORY,
              Figure.OPENS_ASKED, Metric.GUEST_OPENS_ASKED,
              Figure.OPENS_DENIED, Metric.GUEST_OPENS_DENIED,
              Figure.DEBT_TOTAL, Metric.GUEST_DEBTS,
              Figure.DEADLINES_MISSED, Metric.GUEST_DEADLINES_MISSED,
              Figure.QUEUE_OVERFLOWS, Metric.GUEST_QUEUE_OVERFLOWS,
              Figure.BYTES_HASHED, Metric.GUEST_HASHED));

  private final Metrics metrics;
  private final TenantLabels tenants;
  private final LongPredicate connected;
  private final InstantSource clock;
  private final ConcurrentHashMap<Long, Heard> last = new ConcurrentHashMap<>();

  /**
   * @param connected whether the guest with a number has a session: its figures are not dropped
   */
  public GuestFigures(
      Metrics metrics, TenantLabels tenants, LongPredicate connected, InstantSource clock) {
    this.metrics = metrics;
    this.tenants = tenants;
    this.connected = connected;
    this.clock = clock;
  }

  /** A guest sent its figures. */
  void heard(Guest guest, Report.Figures figures) {
    Heard before = last.put(guest.id(), new Heard(clock.instant(), figures.values()));
    if (before == null) {
      // Counters count from the agent's start: what was before we heard of it is not news.
      if (last.size() > MOST) {
        last.keySet().removeIf(id -> !connected.test(id));
      }
      return;
    }
    String tenant = tenants.of(guest.tenant().name());
    SUMMED.forEach((figure, metric) ->
        metrics.add(metric, grown(before.of(figure), figures.values().get(figure)), tenant));
  }

  /** What a guest sent last; none before the first. */
  public Optional<Heard> last(long guest) {
    return Optional.ofNullable(last.get(guest));
  }

  /** By how much a counter grew; one that is smaller than before began anew. */
  private static long grown(long before, @Nullable Long now) {
    if (now == null || now < 0) {
      return 0;
    }
    return Math.min(MOST_AT_ONCE, now >= before ? now - before : now);
  }

  /**
   * A guest's figures.
   *
   * @param at when they came, by our clock
   */
  public record Heard(Instant at, Map<Figure, Long> values) {
    /** One figure; 0 when the guest did not send it. */
    public long of(Figure figure) {
      return Math.max(0, values.getOrDefault(figure, 0L));
    }
  }
}
