// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import org.junit.jupiter.api.Test;

class WorkloadTest {
  @Test
  void eachContentIsAskedOnceAndThenNothing() {
    Workload workload = Workload.each(new int[] {7, 3}, 2, 1);

    assertEquals(7, workload.next().getAsInt());
    assertEquals(3, workload.next().getAsInt());
    assertEquals(-1, workload.next().getAsInt());
  }

  @Test
  void theSameSeedMakesTheSameContents() {
    Contents contents = Contents.texts(2, 100, 5);

    assertEquals(contents.key(0), Contents.texts(2, 100, 5).key(0));
    assertNotEquals(contents.key(0), contents.key(1));
    assertNotEquals(contents.key(0), Contents.texts(2, 100, 6).key(0));
  }

  @Test
  void outcomesAreCountedByVerdictAndSource() {
    Tally tally = new Tally();
    tally.answered(new Outcome.Judged(Verdict.CLEAN, 1, Outcome.Source.MEMORY), 10);
    tally.answered(new Outcome.Judged(Verdict.CLEAN, 1, Outcome.Source.SCAN), 30);
    tally.answered(new Outcome.Refused(Refusal.DEADLINE_PASSED), 20);

    assertEquals(3, tally.answers());
    assertEquals(2, tally.count("clean"));
    assertEquals(1, tally.count("refused_deadline_passed"));
    assertTrue(tally.toJson(1_000_000_000).contains("\"p50_ns\":20,\"p99_ns\":30"));
  }
}
