// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Lane;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The scans that wait: bounded, by lane, fair per tenant and guest. Holds no thread and no clock of
 * its own; never completes a result, so nothing of others runs under its lock.
 */
final class ScanQueue {
  private final EngineSettings.Queue bounds;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Lane, FairLane> lanes = new EnumMap<>(Lane.class);
  private final LaneTurns turns = new LaneTurns();
  private final TreeSet<ScanJob> byDeadline = new TreeSet<>(ScanQueue::compareDeadlines);
  private final Map<Long, Integer> perGuest = new HashMap<>();
  private boolean paused;
  private boolean closed;

  ScanQueue(EngineSettings.Queue bounds, LongSupplier nanoTime) {
    this.bounds = bounds;
    this.nanoTime = nanoTime;
    for (Lane lane : Lane.values()) {
      lanes.put(lane, new FairLane());
    }
  }

  /** Takes the job in unless a bound is reached. */
  boolean offer(ScanJob job) {
    lock.lock();
    try {
      if (closed
          || byDeadline.size() >= bounds.total()
          || perGuest.getOrDefault(job.guest(), 0) >= bounds.perGuest()) {
        return false;
      }
      job.queuedAt(nanoTime.getAsLong());
      lane(job.lane()).addLast(job);
      added(job);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a job back whose turn came to nothing; it is the next of its lane, whatever the bounds.
   */
  boolean putBack(ScanJob job) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      lane(job.lane()).addFirst(job);
      added(job);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The next job; blocks while there is none or the queue is paused; null when it was closed. */
  @Nullable ScanJob take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        ScanJob job = paused ? null : next();
        if (job != null) {
          return job;
        }
        changed.await();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** The next job, or null when there is none now. */
  @Nullable ScanJob poll() {
    lock.lock();
    try {
      return paused ? null : next();
    } finally {
      lock.unlock();
    }
  }

  /** Removes and returns the jobs whose deadline has passed. */
  List<ScanJob> expired() {
    lock.lock();
    try {
      List<ScanJob> late = new ArrayList<>();
      long now = nanoTime.getAsLong();
      while (!byDeadline.isEmpty() && byDeadline.getFirst().request().deadlineNanos() - now <= 0) {
        ScanJob job = byDeadline.getFirst();
        lane(job.lane()).remove(job);
        removed(job);
        late.add(job);
      }
      return late;
    } finally {
      lock.unlock();
    }
  }

  /** Removes and returns everything. */
  List<ScanJob> drain() {
    lock.lock();
    try {
      List<ScanJob> all = List.copyOf(byDeadline);
      for (ScanJob job : all) {
        lane(job.lane()).remove(job);
        removed(job);
      }
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** Holds everything back, or lets it go again. */
  void pause(boolean on) {
    lock.lock();
    try {
      paused = on;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing in any more and frees those who wait in {@link #take}. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return byDeadline.size();
    } finally {
      lock.unlock();
    }
  }

  int size(Lane lane) {
    lock.lock();
    try {
      return lane(lane).size();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable ScanJob next() {
    Lane lane = turns.next(l -> lane(l).size() > 0);
    ScanJob job = lane == null ? null : lane(lane).poll();
    if (job != null) {
      removed(job);
    }
    return job;
  }

  private void added(ScanJob job) {
    byDeadline.add(job);
    perGuest.merge(job.guest(), 1, Integer::sum);
    changed.signal();
  }

  private void removed(ScanJob job) {
    byDeadline.remove(job);
    perGuest.computeIfPresent(job.guest(), (guest, count) -> count > 1 ? count - 1 : null);
  }

  private FairLane lane(Lane lane) {
    FairLane found = lanes.get(lane);
    if (found == null) {
      throw new IllegalStateException("lane: " + lane);
    }
    return found;
  }

  /** Differences, because {@link System#nanoTime()} may overflow. */
  private static int compareDeadlines(ScanJob a, ScanJob b) {
    long difference = a.request().deadlineNanos() - b.request().deadlineNanos();
    return difference != 0 ? Long.signum(difference) : Long.compare(a.number(), b.number());
  }
}
