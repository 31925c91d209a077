// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.metrics;

import java.util.concurrent.atomic.LongAdder;

/** One counter with its labels resolved: counting costs a few nanoseconds and no memory. */
public final class Count {
  private final LongAdder adder = new LongAdder();

  Count() {}

  /** Counts one. */
  public void increment() {
    adder.increment();
  }

  /** Counts so many; negative amounts are a defect of the caller. */
  public void add(long amount) {
    if (amount < 0) {
      throw new IllegalArgumentException("amount: " + amount + " (expected: >= 0)");
    }
    adder.add(amount);
  }

  /** The total so far. */
  public long total() {
    return adder.sum();
  }
}
