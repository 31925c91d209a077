// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import java.util.function.LongSupplier;

/**
 * Finds that a thread that must turn does not: counts its own looks, not the time, so that a
 * process that was stopped as a whole is not taken for one that hangs.
 */
final class Watchdog {
  /** Looks, one a second, after which a thread that has not turned hangs. */
  static final int LOOKS = 10;

  /** A thread that has not turned for more looks than these is not said to turn. */
  private static final int QUIET = 4;

  private final LongSupplier turns;
  private long seen;
  private int without;

  Watchdog(LongSupplier turns) {
    this.turns = turns;
    seen = turns.getAsLong();
  }

  /** Looks once; true when it hangs. */
  boolean hangs() {
    long now = turns.getAsLong();
    without = now == seen ? without + 1 : 0;
    seen = now;
    return without >= LOOKS;
  }

  /** Whether it turned lately, as of the last look. */
  boolean turns() {
    return without < QUIET;
  }
}
