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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What is too large, and what is not looked at. */
class LargeAndExcludedFilesTest extends AccessDecisionScenario {
  @Test
  void largeFilesAreADebtAndExcludedOnesAreNotLookedAt() throws Exception {
    AccessDecision decision =
        decision(
            Failure.ALLOW,
            Exclusions.of(List.of("/home/user/*"), List.of(), Set.of(), 0),
            (access, reader, deadline) -> INFECTED);
    FakeAccess excluded = new FakeAccess(Lane.OPEN, "evil", 7);
    assertTrue(decision.excludes(excluded));
    Decision allowed = decision.decide(excluded);
    assertEquals(Why.EXCLUDED, allowed.why());
    decision.answered(excluded, allowed);
    assertEquals(1, counters.get(Metric.OPENS_EXCLUDED));
    AccessDecision all = decision((access, reader, deadline) -> INFECTED);
    FakeAccess large = new FakeAccess(Lane.OPEN, "x".repeat(1001), 8);
    assertFalse(all.excludes(large));
    Decision decided = all.decide(large);
    all.answered(large, decided);
    assertEquals(Why.TOO_LARGE, decided.why());
    assertEquals(List.of("debt TOO_LARGE"), told);
    assertEquals(0, asked.size());
  }

  @Test
  void largeOnesMayBeExcludedInsteadOfOwed() throws Exception {
    AccessDecision decision =
        decision(
            Failure.ALLOW,
            Exclusions.of(List.of(), List.of(), Set.of(), 3),
            (access, reader, deadline) -> INFECTED);
    assertEquals(Why.EXCLUDED, decision.decide(new FakeAccess(Lane.OPEN, "evil", 7)).why());
    assertEquals(Why.INFECTED, decision.decide(new FakeAccess(Lane.OPEN, "bad", 8)).why());
  }

  @Test
  void aProgramIsExcludedByItsContentWhichIsReadOnce() throws Exception {
    AccessDecision decision =
        decision(
            Failure.ALLOW,
            Exclusions.of(List.of(), List.of("/usr/bin/cat sha256:" + ABC), Set.of(), 0),
            (access, reader, deadline) -> INFECTED);
    FakeProgram trusted = new FakeProgram("abc", 100);
    FakeAccess first = accessBy(trusted);
    assertEquals(Optional.empty(), decision.atOnce(first));
    assertEquals(Why.EXCLUDED, decision.decide(first).why());
    assertEquals(Why.EXCLUDED, decision.atOnce(accessBy(trusted)).orElseThrow().why());
    assertEquals(1, trusted.reads);
    // Another file under the same name, and one that changed while it was read.
    assertEquals(Why.INFECTED, decision.decide(accessBy(new FakeProgram("abd", 101))).why());
    FakeProgram swapped = new FakeProgram("abc", 102);
    swapped.opened = new FileIdentity(1, 103, 0, 3, 1, 1);
    assertEquals(Why.INFECTED, decision.decide(accessBy(swapped)).why());
    assertEquals(Why.INFECTED, decision.decide(new FakeAccess(Lane.OPEN, "evil", 9)).why());
  }

  @Test
  void largeFilesGiveWayToASmallOneAfterEachSlice() throws Exception {
    long large = 3L * ContentThreads.SLICE_BYTES;
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    List<String> slices = Collections.synchronizedList(new ArrayList<>());
    List<Thread> hashing = new ArrayList<>();
    hashing.add(
        hashing(
            large,
            offset -> {
              begun.countDown();
              release.await();
              noteSlice(slices, "a", offset);
            }));
    begun.await();
    hashing.add(queued(hashing(large, offset -> noteSlice(slices, "b", offset))));
    hashing.add(queued(hashing(1, offset -> noteSlice(slices, "small", offset))));
    release.countDown();
    for (Thread thread : hashing) {
      thread.join();
    }
    assertEquals(List.of("a", "b", "small", "a", "b", "a", "b"), slices);
  }
}
