// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.decision.Decision.Why;
import io.lazaret.agent.decision.DecisionSettings.Failure;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What becomes of an access: from memory, by verdict, without one. */
class AccessDecisionTest extends AccessDecisionScenario {
  @Test
  void aCleanFileIsAllowedAndRemembered() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    assertTrue(decision.decide(access).allow());
    assertEquals(Why.CLEAN, decision.atOnce(access).orElseThrow().why());
    byte[] expected = sha256().digest("good".getBytes(StandardCharsets.UTF_8));
    assertEquals(ContentHash.of(expected), asked.getFirst().content().hash());
    assertEquals(4, asked.getFirst().content().length());
  }

  @Test
  void aCopyOfACleanFileIsNotAskedAbout() throws Exception {
    epochs.changed(1, 0);
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    assertTrue(decision.decide(new FakeAccess(Lane.OPEN, "good", 7)).allow());
    FakeAccess copy = new FakeAccess(Lane.OPEN, "good", 8);
    assertTrue(decision.decide(copy).allow());
    assertEquals(1, asked.size());
    assertEquals(1, counters.get(Metric.OPENS_OF_KNOWN_CONTENT));
    assertTrue(decision.remembersClean(copy));
    assertTrue(decision.decide(new FakeAccess(Lane.OPEN, "else", 9)).allow());
    assertEquals(2, asked.size());
  }

  @Test
  void aCopyIsAskedAboutUnderANewEngineStateAndAfterARevocation() throws Exception {
    epochs.changed(1, 0);
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    decision.decide(new FakeAccess(Lane.OPEN, "good", 7));
    epochs.changed(2, 3600);
    decision.decide(new FakeAccess(Lane.OPEN, "good", 8));
    assertEquals(2, asked.size(), "grace is for the files that are known, not for their copies");
    epochs.changed(1, 3600);
    decision.decide(new FakeAccess(Lane.OPEN, "good", 9));
    assertEquals(2, asked.size());
    memory.revoked(
        List.of(new Revocation(asked.getFirst().content(), new Verdict.Infected("Later"), 2)));
    decision.decide(new FakeAccess(Lane.OPEN, "good", 10));
    assertEquals(3, asked.size());
  }

  @Test
  void aCopyOfAnInfectedFileIsAskedAbout() throws Exception {
    epochs.changed(1, 0);
    AccessDecision decision = decision((access, reader, deadline) -> INFECTED);
    assertFalse(decision.decide(new FakeAccess(Lane.OPEN, "evil", 7)).allow());
    assertFalse(decision.decide(new FakeAccess(Lane.OPEN, "evil", 8)).allow());
    assertEquals(2, asked.size());
  }

  @Test
  void anInfectedFileIsDeniedReportedAndRemembered() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> INFECTED);
    FakeAccess access = new FakeAccess(Lane.EXECUTE, "evil", 7);
    Decision decided = decision.decide(access);
    decision.answered(access, decided);
    assertFalse(decided.allow());
    assertEquals(List.of("detected DENIED"), told);
    assertFalse(decision.atOnce(access).orElseThrow().allow());
  }

  @Test
  void withoutVerdictThePolicyDecidesAndADebtIsTold() throws Exception {
    AccessDecision allowing = decision((access, reader, deadline) -> AWAY);
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    Decision decided = allowing.decide(access);
    allowing.answered(access, decided);
    assertTrue(decided.allow());
    assertEquals(List.of("debt APPLIANCE_AWAY"), told);
    assertTrue(allowing.atOnce(access).isEmpty(), "no verdict is ever remembered as one");
    AccessDecision denying =
        decision(Failure.DENY, Exclusions.NONE, (asked, reader, deadline) -> AWAY);
    assertFalse(denying.decide(access).allow());
  }

  @Test
  void opensOfOneFileAtOneTimeShareOneQuestion() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AccessDecision decision =
        decision((access, reader, deadline) -> {
          release.await();
          return INFECTED;
        });
    List<Thread> threads = new ArrayList<>();
    List<Decision> decided = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 20; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  decided.add(decision.decide(new FakeAccess(Lane.OPEN, "evil", 7)));
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
    while (counters.get(Metric.OPENS_JOINED) < 19) {
      Thread.onSpinWait();
    }
    release.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(1, asked.size());
    assertEquals(20, decided.stream().filter(decision1 -> !decision1.allow()).count());
  }

  @Test
  void aRevokedVerdictIsForgottenAndAnOlderEpochCountsWithinItsGraceOnly() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    memory.epochChanged(1, 0);
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    assertTrue(decision.decide(access).allow());
    memory.epochChanged(2, 3600);
    assertTrue(decision.atOnce(access).isPresent(), "within grace");
    memory.revoked(
        List.of(new Revocation(asked.getFirst().content(), new Verdict.Infected("Later"), 2)));
    assertTrue(decision.atOnce(access).isEmpty());
    assertTrue(decision.decide(access).allow());
    memory.epochChanged(1, 0);
    memory.epochChanged(3, 0);
    assertTrue(decision.atOnce(access).isEmpty(), "grace is over");
  }

  @Test
  void whenThePresentEpochIsSaidAgainOlderOnesCountNoLongerThanThat() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    memory.epochChanged(1, 0);
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    assertTrue(decision.decide(access).allow());
    memory.epochChanged(2, 3600);
    memory.epochChanged(2, 7200);
    assertTrue(decision.atOnce(access).isPresent(), "within grace");
    memory.epochChanged(2, 0);
    assertTrue(decision.atOnce(access).isEmpty(), "too much has changed to tell");
  }

  @Test
  void anInfectedFileStaysDeniedWhileTheApplianceIsAway() throws Exception {
    boolean[] away = {false};
    AccessDecision decision = decision((access, reader, deadline) -> away[0] ? AWAY : INFECTED);
    memory.epochChanged(1, 0);
    FakeAccess access = new FakeAccess(Lane.OPEN, "evil", 7);
    assertFalse(decision.decide(access).allow());
    memory.epochChanged(2, 0);
    away[0] = true;
    assertFalse(decision.decide(access).allow());
    assertEquals(2, asked.size());
  }

  @Test
  void whatWasAskedBeforeARevocationIsNotRemembered() throws Exception {
    AccessDecision decision =
        decision((access, reader, deadline) -> {
          memory.revoked(List.of());
          return CLEAN;
        });
    assertTrue(decision.decide(new FakeAccess(Lane.OPEN, "good", 7)).allow());
    assertEquals(0, memory.size());
  }

  @Test
  void aLateVerdictPaysTheDebtOrIsReported() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> INFECTED);
    FakeAccess access = new FakeAccess(Lane.OPEN, "evil", 7);
    Decision debt = decision.withoutVerdict(access, Why.DEADLINE);
    decision.answered(access, debt);
    decision.learned(access, debt, decision.decide(access));
    assertEquals(List.of("debt DEADLINE", "paid", "detected REPORTED"), told);
  }
}
