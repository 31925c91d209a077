// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the outside once a second that the threads which must turn do, and ends the process when
 * one does not; on a thread of its own, which touches no file.
 */
final class Pulse implements AutoCloseable {
  /** Ends the process when a thread hangs: the kernel then allows what is held. */
  private static final int HANGS_EXIT = 3;

  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);

  private final List<Watchdog> watchdogs;
  private final Runnable beat;
  private final Runnable chores;
  private final Semaphore nudges = new Semaphore(0);
  private volatile boolean stopping;
  private @Nullable Thread thread;

  /**
   * Not started yet.
   *
   * @param watchdogs of the threads that must turn
   * @param beat tells the outside
   * @param chores what there is to be done about once a second, and when nudged; must not wait
   */
  Pulse(List<Watchdog> watchdogs, Runnable beat, Runnable chores) {
    this.watchdogs = List.copyOf(watchdogs);
    this.beat = beat;
    this.chores = chores;
  }

  void start() {
    thread = Thread.ofPlatform().daemon().name("watchdog").start(this::run);
  }

  /** Has the chores done now; never waits. */
  void nudge() {
    nudges.release();
  }

  private void run() {
    long lastLook = System.nanoTime();
    try {
      while (!stopping) {
        if (nudges.tryAcquire(LOOK_NANOS, TimeUnit.NANOSECONDS)) {
          nudges.drainPermits();
        }
        if (System.nanoTime() - lastLook >= LOOK_NANOS) {
          lastLook = System.nanoTime();
          look();
        }
        guarded(chores);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    boolean turning = true;
    for (Watchdog watchdog : watchdogs) {
      if (watchdog.hangs()) {
        Runtime.getRuntime().halt(HANGS_EXIT);
      }
      turning &= watchdog.turns();
    }
    if (turning) {
      guarded(beat);
    }
  }

  private static void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      LOG.error("chore failed", e);
    }
  }

  @Override
  public void close() {
    stopping = true;
    Thread started = thread;
    if (started != null) {
      started.interrupt();
    }
  }
}
