// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.identity.Tenant;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.metrics.TenantLabels;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Report.Figure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests {@link Census}. */
class CensusTest {
  private static final Instant START = Instant.parse("2026-11-25T08:00:00Z");
  private static final Guest ONE = new Guest(1, "one", new Tenant(1, "red", 1));
  private static final Guest TWO = new Guest(2, "two", new Tenant(1, "red", 1));
  private static final Guest THREE = new Guest(3, "three", new Tenant(2, "blue", 2));

  private Instant now = START;
  private final Metrics metrics = new Metrics();
  private final TenantLabels tenants = new TenantLabels();
  private final List<Guest> guests = new ArrayList<>(List.of(ONE, TWO, THREE));
  private final List<LiveSession> sessions = new ArrayList<>();
  private final GuestFigures figures = new GuestFigures(metrics, tenants, id -> true, () -> now);
  private final Census census =
      new Census(
          () -> guests,
          id -> Optional.of(START.plus(Duration.ofDays(id))),
          () -> sessions,
          figures,
          tenants,
          metrics,
          () -> now);

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void guestsAreCountedByTenantAndState() {
    open(ONE);
    census.count();
    assertEquals(1, guests("red", "connected"));
    assertEquals(1, guests("red", "away"));
    assertEquals(1, guests("blue", "away"));
    guests.remove(THREE);
    census.count();
    assertEquals(0, guests("blue", "away"), "a revoked guest is no guest");
  }

  @Test
  void aConnectedGuestWithoutFiguresForTwoMinutesIsSilent() {
    open(ONE);
    open(TWO);
    now = now.plus(Duration.ofSeconds(100));
    figures.heard(TWO, said(1));
    now = now.plus(Duration.ofSeconds(30));
    census.count();
    assertEquals(1, guests("red", "silent"), "one has never said anything");
    assertEquals(1, guests("red", "connected"));
    figures.heard(ONE, said(1));
    now = now.plus(Duration.ofSeconds(100));
    census.count();
    assertEquals(1, guests("red", "silent"), "two has not said anything for long");
    assertEquals(1, guests("red", "connected"));
  }

  @Test
  void anAgentThatBlocksNothingIsUnguarded() {
    open(ONE);
    open(TWO);
    figures.heard(ONE, said(1));
    figures.heard(TWO, said(0));
    census.count();
    assertEquals(1, metrics.value(Metric.GUESTS_UNGUARDED, "red"));
    assertEquals(6, metrics.value(Metric.GUEST_OPENS_HELD, "red"));
    assertEquals(50, metrics.value(Metric.GUEST_RESIDENT, "red"));
  }

  @Test
  void theSoonestCertificateOfThoseConnectedCounts() {
    census.count();
    assertEquals(Double.NaN, metrics.value(Metric.CERTIFICATE_EXPIRY, "guests"));
    open(THREE);
    open(TWO);
    census.count();
    assertEquals(
        (double) START.plus(Duration.ofDays(2)).getEpochSecond(),
        metrics.value(Metric.CERTIFICATE_EXPIRY, "guests"));
  }

  private void open(Guest guest) {
    sessions.add(new LiveSession(guest.id(), "", "", now));
  }

  private static Report.Figures said(long blocking) {
    return new Report.Figures(
        START,
        Map.of(
            Figure.BLOCKING, blocking,
            Figure.FILESYSTEMS_GUARDED, 1L,
            Figure.OPENS_HELD, 3L,
            Figure.RESIDENT_BYTES, 50L));
  }

  private double guests(String tenant, String state) {
    return metrics.value(Metric.GUESTS, tenant, state);
  }
}
