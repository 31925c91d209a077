// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** How one session ends, for those who wait for it; the first reason given counts. */
final class Ending {
  private final AtomicReference<@Nullable SessionEnd> reason = new AtomicReference<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean over;
  private boolean stirred;

  /** Ends it; false when it was ended before. */
  boolean begin(SessionEnd because) {
    return reason.compareAndSet(null, because);
  }

  boolean hasBegun() {
    return reason.get() != null;
  }

  /** All that was to be closed is closed. */
  void finish() {
    lock.lock();
    try {
      over = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Wakes who waits, though it goes on. */
  void stir() {
    lock.lock();
    try {
      stirred = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the end for so long, or until stirred; null while the session goes on. */
  @Nullable SessionEnd await(int millis) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (!over && !stirred && left > 0) {
        left = changed.awaitNanos(left);
      }
      stirred = false;
      return over ? Objects.requireNonNull(reason.get()) : null;
    } finally {
      lock.unlock();
    }
  }
}
