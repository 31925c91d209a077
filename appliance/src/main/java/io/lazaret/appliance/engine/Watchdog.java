// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Frees calls that block too long, by interrupting their thread; the client has no timeouts of its
 * own. An interrupt never reaches a thread after its watch has ended.
 */
final class Watchdog {
  private final LongSupplier nanoTime;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

  Watchdog(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Watches the calling thread until {@link Watch#end}. */
  Watch begin(long longestNanos) {
    Watch watch = new Watch(Thread.currentThread(), nanoTime.getAsLong() + longestNanos);
    watches.add(watch);
    return watch;
  }

  /** Interrupts those that are over their time; called often by the engine's clock. */
  void check() {
    long now = nanoTime.getAsLong();
    for (Watch watch : watches) {
      if (watch.untilNanos - now <= 0) {
        watch.fire();
      }
    }
  }

  /** One watched call. */
  final class Watch {
    private final Thread thread;
    private final long untilNanos;
    private boolean ended;
    private boolean fired;

    private Watch(Thread thread, long untilNanos) {
      this.thread = thread;
      this.untilNanos = untilNanos;
    }

    private synchronized void fire() {
      if (!ended) {
        fired = true;
        thread.interrupt();
      }
    }

    /** Ends the watch, takes back an interrupt, and tells whether the time was over. */
    synchronized boolean end() {
      ended = true;
      watches.remove(this);
      if (fired) {
        // Ours, and it must not hit what this thread does next.
        var _ = Thread.interrupted();
      }
      return fired;
    }
  }
}
