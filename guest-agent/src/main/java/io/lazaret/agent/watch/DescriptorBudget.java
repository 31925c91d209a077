// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The descriptors that events may take. The kernel denies an open for which it finds none, so no
 * more events are read than can be paid for.
 */
final class DescriptorBudget {
  private final Semaphore free;

  DescriptorBudget(int descriptors) {
    free = new Semaphore(descriptors);
  }

  /** Takes as many as there are, up to a number; 0 when there are none. */
  int takeUpTo(int most) {
    for (int wanted = most; wanted > 0; wanted = Math.min(wanted - 1, free.availablePermits())) {
      if (free.tryAcquire(wanted)) {
        return wanted;
      }
    }
    return 0;
  }

  void giveBack(int descriptors) {
    free.release(descriptors);
  }

  /** Waits until one is free, or for the time to pass. */
  void await(long millis) throws InterruptedException {
    if (free.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
      free.release();
    }
  }

  int free() {
    return free.availablePermits();
  }
}
