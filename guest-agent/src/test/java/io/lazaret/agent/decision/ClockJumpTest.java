// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.decision.Decision.Why;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Verdict;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The wall clock jumps: answers and deadlines stay what they are, only memory may be given up. */
class ClockJumpTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

  /** A wall clock that somebody sets. */
  private static final class SetClock extends Clock {
    private volatile Instant now = NOON;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("zone: " + zone);
    }
  }

  private final SetClock clock = new SetClock();
  private final Counters counters = new Counters();
  private final Epochs epochs = new Epochs(System::nanoTime);
  private final VerdictTable memory = new VerdictTable(64, epochs, counters);
  private final AtomicInteger asked = new AtomicInteger();
  private final ContentThreads content = new ContentThreads(1, ClockJumpTest::sha256, counters);
  private final AccessDecision decision =
      new AccessDecision(
          DecisionSettings.defaults(),
          memory,
          content,
          (access, reader, deadline) -> {
            asked.incrementAndGet();
            return new SourceAnswer.Judged(Verdict.CLEAN, 1, Outcome.Source.SCAN);
          },
          DecisionListener.NOBODY,
          counters,
          clock);

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void stop() {
    content.close();
  }

  private static FakeAccess changedAt(Instant changed) {
    long nanos = TimeUnit.MILLISECONDS.toNanos(changed.toEpochMilli());
    return new FakeAccess(Lane.OPEN, "content", 7, nanos);
  }

  @Test
  void aFileFromTheFutureIsDecidedEachTimeUntilItsTimeHasCome() throws Exception {
    epochs.changed(1, 3600);
    FakeAccess access = changedAt(NOON.plus(Duration.ofHours(1)));
    assertEquals(Why.CLEAN, decision.decide(access).why());
    assertEquals(Why.CLEAN, decision.decide(access).why());
    assertEquals(2, asked.get(), "what may change without a sign is not remembered");
    clock.now = NOON.plus(Duration.ofHours(2));
    assertEquals(Why.CLEAN, decision.decide(access).why());
    assertTrue(decision.atOnce(access).isPresent());
  }

  @Test
  void whatIsRememberedOutlivesJumpsInBothDirections() throws Exception {
    epochs.changed(1, 3600);
    FakeAccess access = changedAt(NOON.minus(Duration.ofMinutes(1)));
    assertEquals(Why.CLEAN, decision.decide(access).why());
    for (Duration jump : new Duration[] {Duration.ofDays(4000), Duration.ofDays(-4000)}) {
      clock.now = NOON.plus(jump);
      assertTrue(decision.atOnce(access).isPresent());
    }
    assertEquals(1, asked.get());
    FakeAccess changed = changedAt(NOON.minus(Duration.ofSeconds(59)));
    assertFalse(decision.remembersClean(changed));
  }
}
