// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Lane;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
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
  /** Of one scan; who joins it when it has so many waits for the first of them. */
  private static final int MOST_PLACES = 8;

  private final EngineSettings.Queue bounds;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Lane, FairLane> lanes = new EnumMap<>(Lane.class);
  private final LaneTurns turns = new LaneTurns();
  private final TreeSet<ScanJob> byDeadline = new TreeSet<>(ScanQueue::compareDeadlines);
  private final Map<Long, Share> perGuest = new HashMap<>();
  private final IdentityHashMap<ScanRequest, ScanJob> waiting = new IdentityHashMap<>();
  private long begun;
  private boolean paused;
  private boolean closed;

  /** What waits of one guest, and how many of its scans began meanwhile. */
  private static final class Share {
    int waiting;
    long begun;
  }

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
          || waitingOf(job.owner()) >= bounds.perGuest()) {
        return false;
      }
      job.queuedAt(nanoTime.getAsLong());
      lane(job.lane()).addLast(job.turn());
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
      lane(job.lane()).addFirst(job.turn());
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

  /**
   * Gives a scan that waits a further place, for somebody else who waits for it; what it has it
   * keeps, so that nobody can slow another's scan down. False when there is no such scan or place.
   */
  boolean join(ScanRequest request, Lane lane, int tenant, long guest) {
    lock.lock();
    try {
      ScanJob job = waiting.get(request);
      if (job == null
          || job.places().size() >= MOST_PLACES
          || job.places().stream().anyMatch(place -> place.isOf(lane, tenant, guest))) {
        return false;
      }
      ScanPlace place = new ScanPlace(job, lane, tenant, guest);
      job.places().add(place);
      lane(lane).addLast(place);
      return true;
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
        leaves(job);
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
        leaves(job);
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

  /** Places in a lane. */
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
    ScanPlace place = lane == null ? null : lane(lane).poll();
    if (place == null) {
      return null;
    }
    ScanJob job = place.job();
    job.places().remove(place);
    Share share = share(job.owner());
    job.hasTurn(place, begun - share.begun);
    begun++;
    share.begun++;
    leaves(job);
    return job;
  }

  private void added(ScanJob job) {
    job.places().add(job.turn());
    byDeadline.add(job);
    waiting.put(job.request(), job);
    Share share = share(job.owner());
    share.waiting++;
    job.waitsFrom(begun - share.begun);
    changed.signal();
  }

  private void leaves(ScanJob job) {
    for (ScanPlace place : job.places()) {
      lane(place.lane()).remove(place);
    }
    job.places().clear();
    byDeadline.remove(job);
    waiting.remove(job.request());
    if (--share(job.owner()).waiting == 0) {
      perGuest.remove(job.owner());
    }
  }

  private int waitingOf(long guest) {
    Share share = perGuest.get(guest);
    return share == null ? 0 : share.waiting;
  }

  /** Of a guest of which something waits, or will in a moment. */
  private Share share(long guest) {
    return perGuest.computeIfAbsent(guest, g -> new Share());
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
