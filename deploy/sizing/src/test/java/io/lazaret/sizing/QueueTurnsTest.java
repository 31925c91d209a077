// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class QueueTurnsTest {
  @Test
  void readsTheCountsOfItsLane() {
    String metrics =
        """
        # TYPE lazaret_queue_turns_total counter
        lazaret_queue_turns_total{lane="execute",overtaken="0"} 40.0
        lazaret_queue_turns_total{lane="execute",overtaken="1"} 2.0
        lazaret_queue_turns_total{lane="open",overtaken="more"} 1.0E7
        """;
    assertEquals(new QueueTurns(40, 2, 0, 0), QueueTurns.parse(metrics, "EXECUTE"));
    assertEquals(new QueueTurns(0, 0, 0, 10_000_000), QueueTurns.parse(metrics, "OPEN"));
  }
}
