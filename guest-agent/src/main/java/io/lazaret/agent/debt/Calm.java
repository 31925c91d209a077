// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.debt;

import io.lazaret.agent.scan.Pressure;
import io.lazaret.agent.scan.ScanSettings;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Waits until the guest has time for something that nobody waits for. A guest that is always busy
 * gets five seconds of work after each half minute. Used by one thread.
 */
final class Calm {
  private static final int FEW_HELD = 2;
  private static final long LOOK_MILLIS = 250;
  private static final int MOST_LOOKS = 120;
  private static final long WORK_AFTER_IT = TimeUnit.SECONDS.toNanos(5);

  private final LongSupplier held;
  private final Supplier<ScanSettings> limits;
  private final Pressure pressure;
  private long workUntilNanos = System.nanoTime();

  /**
   * Makes one.
   *
   * @param held opens that are held now
   * @param limits above which pressure the guest is busy
   */
  Calm(LongSupplier held, Supplier<ScanSettings> limits, Pressure pressure) {
    this.held = held;
    this.limits = limits;
    this.pressure = pressure;
  }

  void await() throws InterruptedException {
    if (System.nanoTime() - workUntilNanos < 0) {
      return;
    }
    int looks = 0;
    while (looks < MOST_LOOKS && isBusy()) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      looks++;
    }
    if (looks == MOST_LOOKS) {
      workUntilNanos = System.nanoTime() + WORK_AFTER_IT;
    }
  }

  private boolean isBusy() {
    return held.getAsLong() > FEW_HELD || pressure.above(limits.get()).isPresent();
  }
}
