// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import java.util.ArrayDeque;

/**
 * Since when the events of the kernel's queue have been waiting, at the longest: an event that was
 * not there when the queue was last counted came later than that. One thread's.
 */
final class ArrivalClock {
  /** At the sampling rate of the watcher, more than any deadline's worth. */
  private static final int MOST_SAMPLES = 4096;

  private record Sample(long nanos, long arrived) {}

  private final ArrayDeque<Sample> samples = new ArrayDeque<>();
  private long read;

  /** The queue was counted. */
  void counted(long nowNanos, int waiting) {
    Sample last = samples.peekLast();
    long arrived = read + waiting;
    if (last != null && last.arrived() == arrived) {
      // Nothing came since: the newer sample says more.
      samples.removeLast();
    }
    samples.addLast(new Sample(nowNanos, arrived));
    if (samples.size() > MOST_SAMPLES) {
      samples.removeFirst();
    }
  }

  /** Takes the next event and says when it can have come at the earliest. */
  long next() {
    read++;
    return earliest(read);
  }

  /** When the first event that was not read yet can have come at the earliest. */
  long head() {
    return earliest(read + 1);
  }

  private long earliest(long event) {
    Sample before = samples.peekFirst();
    if (before == null) {
      return System.nanoTime();
    }
    while (samples.size() > 1) {
      samples.removeFirst();
      Sample later = samples.getFirst();
      if (later.arrived() >= event) {
        samples.addFirst(before);
        return before.nanos();
      }
      before = later;
    }
    return before.nanos();
  }
}
