// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.util.Arrays;

/** Durations in nanoseconds, the first so many of them kept; for one thread. */
final class Durations {
  private static final int MOST = 4_000_000;

  private long[] nanos = new long[1024];
  private int size;

  void add(long duration) {
    if (size == MOST) {
      return;
    }
    if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, Math.min(MOST, size * 2));
    }
    nanos[size++] = duration;
  }

  void addAll(Durations others) {
    for (int i = 0; i < others.size; i++) {
      add(others.nanos[i]);
    }
  }

  /** All of them, shortest first. */
  long[] sorted() {
    long[] sorted = Arrays.copyOf(nanos, size);
    Arrays.sort(sorted);
    return sorted;
  }

  /** The smallest one that at least so many percent do not exceed; 0 when there are none. */
  static long percentile(long[] sorted, int percent) {
    int rank = (int) Math.ceilDiv((long) sorted.length * percent, 100L);
    return sorted.length == 0 ? 0 : sorted[Math.max(0, rank - 1)];
  }
}
