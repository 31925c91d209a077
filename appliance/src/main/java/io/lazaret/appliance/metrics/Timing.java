// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.metrics;

import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** One histogram of durations with its labels resolved. */
public final class Timing {
  private final Timer timer;

  Timing(Timer timer) {
    this.timer = timer;
  }

  /** Notes one duration. */
  public void record(long nanos) {
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** Notes the time since {@link System#nanoTime()} was this. */
  public void since(long startNanos) {
    record(System.nanoTime() - startNanos);
  }

  /** How many durations were noted. */
  public long count() {
    return timer.count();
  }
}
