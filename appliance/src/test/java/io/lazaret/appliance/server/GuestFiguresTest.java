// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.identity.Tenant;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.metrics.TenantLabels;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Report.Figure;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests {@link GuestFigures}. */
class GuestFiguresTest {
  private static final Guest RED_ONE = new Guest(1, "red1", new Tenant(1, "red", 1));
  private static final Guest RED_TWO = new Guest(2, "red2", new Tenant(1, "red", 1));

  private final Metrics metrics = new Metrics();
  private final GuestFigures figures =
      new GuestFigures(metrics, new TenantLabels(), id -> id == 1, () -> Instant.EPOCH);

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void whatGrewSinceTheLastTimeIsAddedToTheTenant() {
    say(RED_ONE, 1_000);
    assertEquals(0, opens(), "what was before we heard of it is not news");
    say(RED_ONE, 1_010);
    say(RED_TWO, 50);
    say(RED_TWO, 55);
    assertEquals(15, opens());
  }

  @Test
  void anAgentThatRestartedCountsFromTheBeginning() {
    say(RED_ONE, 1_000);
    say(RED_ONE, 7);
    assertEquals(7, opens());
  }

  @Test
  void nonsenseFromAGuestStaysBounded() {
    say(RED_ONE, 5);
    say(RED_ONE, -1);
    assertEquals(0, opens());
    say(RED_ONE, Long.MAX_VALUE);
    say(RED_ONE, Long.MIN_VALUE);
    say(RED_ONE, Long.MAX_VALUE);
    assertEquals(2.0 * (1L << 40), opens());
    figures.heard(RED_ONE, new Report.Figures(Instant.EPOCH, Map.of()));
    assertEquals(2.0 * (1L << 40), opens());
  }

  @Test
  void guestsWithoutASessionAreForgottenAtTheBound() {
    for (int id = 1; id <= 20_001; id++) {
      say(new Guest(id, "g" + id, new Tenant(1, "red", 1)), 1);
    }
    assertTrue(figures.last(1).isPresent());
    assertTrue(figures.last(2).isEmpty());
  }

  private void say(Guest guest, long opens) {
    figures.heard(guest, new Report.Figures(Instant.EPOCH, Map.of(Figure.OPENS_SEEN, opens)));
  }

  private double opens() {
    return metrics.value(Metric.GUEST_OPENS, "red");
  }
}
