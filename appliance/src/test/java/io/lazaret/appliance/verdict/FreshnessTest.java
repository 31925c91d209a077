// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static io.lazaret.appliance.verdict.Freshness.Use.SERVE;
import static io.lazaret.appliance.verdict.Freshness.Use.SERVE_AND_REVERIFY;
import static io.lazaret.appliance.verdict.Freshness.Use.STALE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.Verdict.Incomplete;
import io.lazaret.protocol.Verdict.Reason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** What verdicts of older epochs are good for, on a clock moved by hand. */
final class FreshnessTest {
  private static final Verdict INFECTED = new Verdict.Infected("A");
  private static final long YESTERDAY = -86_400;

  private Instant now = Instant.ofEpochSecond(0);
  private final Freshness freshness =
      new Freshness(Duration.ofHours(2), Duration.ofHours(1), new HandClock());

  @Test
  void thePresentEpochIsServed() {
    assertTrue(freshness.epochIs(7));
    assertFalse(freshness.epochIs(7));
    assertEquals(SERVE, freshness.of(Verdict.CLEAN, 7, YESTERDAY, Lane.EXECUTE));
    assertEquals(SERVE, freshness.of(new Incomplete(Reason.ENGINE), 7, YESTERDAY, Lane.OPEN));
  }

  @Test
  void graceCountsFromTheEndOfTheEpochAndIsShorterForPrograms() {
    freshness.epochIs(7);
    freshness.epochIs(8);
    assertEquals(SERVE_AND_REVERIFY, freshness.of(Verdict.CLEAN, 7, YESTERDAY, Lane.OPEN));
    now = now.plus(Duration.ofMinutes(90));
    assertEquals(SERVE_AND_REVERIFY, freshness.of(Verdict.CLEAN, 7, YESTERDAY, Lane.OPEN));
    assertEquals(STALE, freshness.of(Verdict.CLEAN, 7, YESTERDAY, Lane.EXECUTE));
    now = now.plus(Duration.ofMinutes(90));
    assertEquals(STALE, freshness.of(Verdict.CLEAN, 7, YESTERDAY, Lane.OPEN));
  }

  @Test
  void anEpochFromBeforeTheStartIsCountedFromTheVerdict() {
    freshness.epochIs(8);
    assertEquals(STALE, freshness.of(Verdict.CLEAN, 7, YESTERDAY, Lane.OPEN));
    assertEquals(SERVE_AND_REVERIFY, freshness.of(Verdict.CLEAN, 7, -60, Lane.OPEN));
  }

  @Test
  void aVerdictOfAClockThatWasAheadHasNoGrace() {
    freshness.epochIs(8);
    assertEquals(SERVE_AND_REVERIFY, freshness.of(Verdict.CLEAN, 7, 30, Lane.OPEN));
    assertEquals(STALE, freshness.of(Verdict.CLEAN, 7, 86_400, Lane.OPEN));
  }

  @Test
  void infectedIsServedUntilItIsMadeAgain() {
    freshness.epochIs(7);
    freshness.epochIs(8);
    now = now.plus(Duration.ofDays(365));
    assertEquals(SERVE_AND_REVERIFY, freshness.of(INFECTED, 7, YESTERDAY, Lane.OPEN));
    assertEquals(STALE, freshness.of(INFECTED, 7, YESTERDAY, Lane.RESCAN));
  }

  @Test
  void whatBrokeTheEngineMayBeTriedAgainUnderTheNextEpoch() {
    freshness.epochIs(7);
    freshness.epochIs(8);
    assertEquals(STALE, freshness.of(new Incomplete(Reason.ENGINE), 7, YESTERDAY, Lane.OPEN));
  }

  @Test
  void anEpochThatIsRolledBackToIsThePresentOneAgain() {
    freshness.epochIs(7);
    freshness.epochIs(8);
    freshness.epochIs(7);
    assertEquals(SERVE, freshness.of(Verdict.CLEAN, 7, YESTERDAY, Lane.EXECUTE));
    assertEquals(SERVE_AND_REVERIFY, freshness.of(Verdict.CLEAN, 8, YESTERDAY, Lane.OPEN));
  }

  @Test
  void whatWasMadeAheadOfTheNewsIsServed() {
    freshness.epochIs(7);
    assertEquals(SERVE, freshness.of(Verdict.CLEAN, 8, -60, Lane.EXECUTE));
    assertEquals(SERVE_AND_REVERIFY, freshness.of(Verdict.CLEAN, 8, -600, Lane.EXECUTE));
  }

  private final class HandClock extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
