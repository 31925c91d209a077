// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.verdict.UploadTurns.Turn;
import org.junit.jupiter.api.Test;

/** Turns come in order, each once, and none is lost. */
final class UploadTurnsTest {
  private final UploadTurns turns = new UploadTurns(1);

  @Test
  void aTurnComesWhenTheOneBeforeItIsGivenBack() {
    Turn first = turns.take(1);
    Turn second = turns.take(1);
    Turn third = turns.take(1);
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
    Turn first = turns.take(1);
    Turn other = turns.take(2);
    assertTrue(first.came().join());
    assertTrue(other.came().join());
  }

  @Test
  void aTurnThatIsGivenUpIsTheNextOnes() {
    Turn first = turns.take(1);
    Turn second = turns.take(1);
    Turn third = turns.take(1);
    second.giveUp();
    assertFalse(second.came().join());
    first.close();
    assertTrue(third.came().join());
    second.close();
    third.close();
    assertTrue(turns.take(1).came().join());
  }
}
