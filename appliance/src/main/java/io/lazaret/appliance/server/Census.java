// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.metrics.TenantLabels;
import io.lazaret.protocol.Report.Figure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Counts the guests by tenant and state every few seconds, so that a scrape costs nothing. */
public final class Census {
  /** Agents send their figures every 30 s. */
  private static final Duration SILENT = Duration.ofMinutes(2);

  private static final Tally NOBODY = new Tally();

  private final Supplier<Collection<Guest>> guests;
  private final LongFunction<Optional<Instant>> certificateEnds;
  private final Supplier<List<LiveSession>> sessions;
  private final GuestFigures figures;
  private final TenantLabels tenants;
  private final Metrics metrics;
  private final InstantSource clock;
  private final Set<String> shown = new HashSet<>();
  private volatile Map<String, Tally> tallies = Map.of();
  private volatile double soonestEnd = Double.NaN;

  /**
   * @param guests all that are not revoked
   * @param certificateEnds by a guest's number
   * @param sessions that are open
   */
  public Census(
      Supplier<Collection<Guest>> guests,
      LongFunction<Optional<Instant>> certificateEnds,
      Supplier<List<LiveSession>> sessions,
      GuestFigures figures,
      TenantLabels tenants,
      Metrics metrics,
      InstantSource clock) {
    this.guests = guests;
    this.certificateEnds = certificateEnds;
    this.sessions = sessions;
    this.figures = figures;
    this.tenants = tenants;
    this.metrics = metrics;
    this.clock = clock;
    metrics.gauge(Metric.CERTIFICATE_EXPIRY, () -> soonestEnd, "guests");
  }

  /** Counts anew; one thread at a time. */
  public void count() {
    Map<Long, Instant> open = new HashMap<>();
    sessions.get().forEach(session -> open.put(session.guest(), session.since()));
    Map<String, Tally> counted = new HashMap<>();
    Instant quiet = clock.instant().minus(SILENT);
    Optional<Instant> soonest = Optional.empty();
    List<Guest> all = guests.get().stream().sorted(Comparator.comparingLong(Guest::id)).toList();
    for (Guest guest : all) { // in order of enrolment, so a tenant has the same label after a start
      Tally tally =
          counted.computeIfAbsent(tenants.of(guest.tenant().name()), tenant -> new Tally());
      Instant since = open.get(guest.id());
      if (since == null) {
        tally.away++;
        continue;
      }
      Optional<GuestFigures.Heard> heard = figures.last(guest.id());
      if (since.isBefore(quiet) && heard.filter(last -> last.at().isAfter(quiet)).isEmpty()) {
        tally.silent++;
      } else {
        tally.connected++;
      }
      heard.ifPresent(tally::add);
      soonest = earlier(soonest, certificateEnds.apply(guest.id()));
    }
    tallies = counted;
    soonestEnd = soonest.map(end -> (double) end.getEpochSecond()).orElse(Double.NaN);
    counted.keySet().stream().filter(shown::add).forEach(this::show);
  }

  private void show(String tenant) {
    show(Metric.GUESTS, tally -> tally.connected, tenant, "connected");
    show(Metric.GUESTS, tally -> tally.silent, tenant, "silent");
    show(Metric.GUESTS, tally -> tally.away, tenant, "away");
    show(Metric.GUESTS_UNGUARDED, tally -> tally.unguarded, tenant);
    show(Metric.GUEST_OPENS_HELD, tally -> tally.held, tenant);
    show(Metric.GUEST_RESIDENT, tally -> tally.resident, tenant);
  }

  private void show(Metric metric, ToDoubleFunction<Tally> value, String... labels) {
    metrics.gauge(
        metric, () -> value.applyAsDouble(tallies.getOrDefault(labels[0], NOBODY)), labels);
  }

  private static Optional<Instant> earlier(Optional<Instant> one, Optional<Instant> other) {
    return one.isPresent() && other.filter(end -> end.isBefore(one.get())).isEmpty() ? one : other;
  }

  private static final class Tally {
    private int connected;
    private int silent;
    private int away;
    private int unguarded;
    private long held;
    private long resident;

    private void add(GuestFigures.Heard heard) {
      if (heard.of(Figure.BLOCKING) == 0 || heard.of(Figure.FILESYSTEMS_GUARDED) == 0) {
        unguarded++;
      }
      held += heard.of(Figure.OPENS_HELD);
      resident = Math.max(resident, heard.of(Figure.RESIDENT_BYTES));
    }
  }
}
