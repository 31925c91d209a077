// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lazaret.protocol.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Guests take turns, executes go first, and each flight begins once. */
final class TakeOffsTest {
  private final List<String> began = new ArrayList<>();
  private boolean shut;
  private final TakeOffs takeOffs =
      new TakeOffs(
          1,
          flight -> {
            if (shut) {
              throw new RejectedExecutionException();
            }
            flight.run();
          });

  private final class Flying implements TakeOffs.Departure {
    private final String name;
    private boolean tookOff;

    Flying(String name) {
      this.name = name;
    }

    @Override
    public boolean takesOff() {
      boolean first = !tookOff;
      tookOff = true;
      return first;
    }

    @Override
    public void run() {
      began.add(name);
    }

    @Override
    public void neverStarted() {
      began.add(name + " never");
    }
  }

  @Test
  void aQuietGuestsFlightIsNextAfterOneOfAFlood() {
    for (int i = 0; i < 4; i++) {
      takeOffs.enter(new Flying("flood" + i), 1, Lane.OPEN);
    }
    takeOffs.enter(new Flying("quiet"), 2, Lane.OPEN);
    all(5);
    assertEquals(List.of("flood0", "flood1", "quiet", "flood2", "flood3"), began);
  }

  @Test
  void ofOneGuestExecutesGoFirst() {
    takeOffs.enter(new Flying("first"), 1, Lane.OPEN);
    takeOffs.enter(new Flying("open"), 1, Lane.OPEN);
    takeOffs.enter(new Flying("execute"), 1, Lane.EXECUTE);
    all(3);
    assertEquals(List.of("first", "execute", "open"), began);
  }

  @Test
  void oneThatAnotherGuestJoinsBeginsOnceAndAtThatOnesTurn() {
    Flying joined = new Flying("joined");
    takeOffs.enter(new Flying("first"), 1, Lane.OPEN);
    takeOffs.enter(new Flying("second"), 1, Lane.OPEN);
    takeOffs.enter(joined, 1, Lane.OPEN);
    takeOffs.enter(joined, 2, Lane.OPEN);
    all(3);
    takeOffs.enter(joined, 2, Lane.OPEN);
    takeOffs.enter(new Flying("last"), 1, Lane.OPEN);
    assertEquals(List.of("first", "second", "joined", "last"), began);
  }

  @Test
  void whatWaitsAtTheEndIsToldSo() {
    takeOffs.enter(new Flying("first"), 1, Lane.OPEN);
    takeOffs.enter(new Flying("second"), 1, Lane.OPEN);
    takeOffs.enter(new Flying("third"), 2, Lane.OPEN);
    shut = true;
    takeOffs.left();
    assertEquals(List.of("first", "second never", "third never"), began);
  }

  private void all(int flights) {
    for (int i = 0; i < flights; i++) {
      takeOffs.left();
    }
  }
}
