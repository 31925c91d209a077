// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import java.util.concurrent.TimeUnit;

/** Says when it is time to log again what happens often; one thread's. */
final class Seldom {
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private long lastNanos = System.nanoTime() - PAUSE_NANOS;

  boolean now() {
    long now = System.nanoTime();
    if (now - lastNanos < PAUSE_NANOS) {
      return false;
    }
    lastNanos = now;
    return true;
  }
}
