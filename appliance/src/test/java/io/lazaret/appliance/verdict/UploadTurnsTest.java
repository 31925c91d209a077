// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.verdict.UploadTurns.Turn;
import io.lazaret.protocol.Lane;
import org.junit.jupiter.api.Test;

/** Turns come in order, each once, and none is lost. */
final class UploadTurnsTest {
  private final UploadTurns turns = new UploadTurns(1);

  @Test
  void aTurnComesWhenTheOneBeforeItIsGivenBack() {
    Turn first = turns.take(1, Lane.OPEN);
    Turn second = turns.take(1, Lane.OPEN);
    Turn third = turns.take(1, Lane.OPEN);
    assertTrue(first.came().join());
    assertFalse(second.came().isDone());
    first.close();
    assertTrue(second.came().join());
    assertFalse(third.came().isDone());
    second.close();
    assertTrue(third.came().join());
  }

  @Test
  void guestsDoNotWaitForEachOther() {
    Turn first = turns.take(1, Lane.OPEN);
    Turn other = turns.take(2, Lane.OPEN);
    assertTrue(first.came().join());
    assertTrue(other.came().join());
  }

  @Test
  void lanesDoNotWaitForEachOther() {
    Turn open = turns.take(1, Lane.OPEN);
    Turn execute = turns.take(1, Lane.EXECUTE);
    assertTrue(open.came().join());
    assertTrue(execute.came().join());
  }

  @Test
  void aTurnThatIsGivenUpIsTheNextOnes() {
    Turn first = turns.take(1, Lane.OPEN);
    Turn second = turns.take(1, Lane.OPEN);
    Turn third = turns.take(1, Lane.OPEN);
    second.giveUp();
    assertFalse(second.came().join());
    first.close();
    assertTrue(third.came().join());
    second.close();
    Turn fourth = turns.take(1, Lane.OPEN);
    assertFalse(fourth.came().isDone());
    third.close();
    third.close();
    assertTrue(fourth.came().join());
    Turn fifth = turns.take(1, Lane.OPEN);
    assertFalse(fifth.came().isDone());
    fourth.close();
    fifth.close();
    assertTrue(turns.take(1, Lane.OPEN).came().join());
  }
}
