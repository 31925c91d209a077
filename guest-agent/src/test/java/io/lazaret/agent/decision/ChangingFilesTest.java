// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.decision.Decision.Why;
import io.lazaret.agent.decision.DecisionSettings.Failure;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.Lane;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Files that change while they are found out about. */
class ChangingFilesTest extends AccessDecisionScenario {
  @Test
  void aFileWithAWriterIsNotRemembered() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    access.settled = false;
    assertTrue(decision.decide(access).allow());
    assertTrue(decision.atOnce(access).isEmpty());
  }

  @Test
  void aFileChangedWithinTheClocksTickIsNotRemembered() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    FakeAccess young = new FakeAccess(Lane.OPEN, "good", 7);
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    FileIdentity identity = new FileIdentity(1, 7, 0, 4, now, now + 60_000_000_000L);
    memory.clear();
    ObservedAccess access = new IdentityAccess(young, identity);
    assertTrue(decision.decide(access).allow());
    assertEquals(0, memory.size());
  }

  @Test
  void aFileThatChangesWhileItIsHashedIsHashedAgain() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> INFECTED);
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    boolean[] changed = {false};
    access.whenRead =
        () -> {
          if (!changed[0]) {
            changed[0] = true;
            access.change("evil!");
          }
        };
    assertFalse(decision.decide(access).allow());
    assertEquals(1, asked.size());
    assertEquals(5, asked.getFirst().content().length());
    assertEquals(1, counters.get(Metric.OPENS_CHANGED));
  }

  @Test
  void aFileThatChangesWhileItIsAskedAboutIsAskedAboutAgain() throws Exception {
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    AccessDecision decision =
        decision((request, reader, deadline) -> {
          if (request.content().length() == 4) {
            access.change("evil!");
            return CLEAN;
          }
          return INFECTED;
        });
    assertFalse(decision.decide(access).allow());
    assertEquals(2, asked.size());
  }

  @Test
  void aFileThatNeverStandsStillHasNoVerdict() throws Exception {
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    AccessDecision decision =
        decision(
            Failure.DENY,
            Exclusions.NONE,
            (request, reader, deadline) -> {
              access.change("more" + access.content.length);
              return CLEAN;
            });
    Decision decided = decision.decide(access);
    assertFalse(decided.allow());
    assertEquals(Why.UNREADABLE, decided.why());
    assertEquals(Judge.ATTEMPTS, asked.size());
  }
}
