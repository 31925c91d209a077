// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.FileIdentity;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Which files are opened again and again. The table is small and of fixed size: files that share a
 * place count as one, which makes one of them hot too early and does no harm.
 */
final class HotFiles {
  /** Opens that make a file hot, unless they are spread over many seconds. */
  static final int OPENS = 8;

  private static final int PLACES = 1024;

  private final AtomicIntegerArray opens = new AtomicIntegerArray(PLACES);

  /** Whether there is anything to halve. */
  private volatile boolean counted;

  /** Counts one more open; whether that makes the file hot, which begins its count anew. */
  boolean heats(FileIdentity file) {
    counted = true;
    int place = Long.hashCode(file.inode() * 0x9E3779B97F4A7C15L) & (PLACES - 1);
    if (opens.incrementAndGet(place) < OPENS) {
      return false;
    }
    opens.set(place, 0);
    return true;
  }

  /** Halves all counts, if there were opens since the last time. */
  void cool() {
    if (!counted) {
      return;
    }
    counted = false;
    for (int place = 0; place < PLACES; place++) {
      opens.set(place, opens.get(place) / 2);
    }
  }
}
