// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before an appliance is tried again: at once-ish first, then doubling, jittered.
 */
final class Backoff {
  static final Duration FIRST = Duration.ofMillis(100);

  /** Short, because a guest is not scanned for while it waits. */
  static final Duration LONGEST = Duration.ofSeconds(5);

  /** After a refusal that time alone does not heal. */
  static final Duration REFUSED = Duration.ofSeconds(60);

  private final RandomGenerator random;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /**
   * The wait after so many failures in a row.
   *
   * @param failures 1 or more
   */
  Duration after(int failures) {
    long ceiling = Math.min(LONGEST.toNanos(), FIRST.toNanos() << Math.min(20, failures - 1));
    return Duration.ofNanos(failures == 1 ? random.nextLong(ceiling) : jittered(ceiling));
  }

  /** The wait after a refusal that time alone does not heal. */
  Duration refused() {
    return Duration.ofNanos(jittered(REFUSED.toNanos()));
  }

  private long jittered(long nanos) {
    return nanos / 2 + random.nextLong(nanos / 2 + 1);
  }
}
