// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.Decision.Why;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import io.lazaret.agent.metrics.Metric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All opens that are being decided, and the keeper of their deadlines. The lock guards the two sets
 * only; opens are settled outside it.
 */
final class HeldOpens implements AutoCloseable {
  /** Opens are settled this long before their deadline, so that the answer is there in time. */
  static final long MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final Logger LOG = LoggerFactory.getLogger(HeldOpens.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Not answered yet; the first has the nearest deadline. */
  private final TreeSet<Entry> waiting =
      new TreeSet<>(Comparator.comparingLong(Entry::order).thenComparingLong(Entry::number));

  /** Answered, but still being found out about; the oldest first. */
  private final LinkedHashSet<Entry> working = new LinkedHashSet<>();

  private final Counters counters;
  private final long epochNanos = System.nanoTime();
  private @Nullable Thread keeper;
  private long numbers;
  private boolean stopping;
  private volatile long lastTurnNanos = System.nanoTime();

  /** One held open in its order. */
  record Entry(HeldOpen open, long order, long number) {}

  HeldOpens(Counters counters) {
    this.counters = counters;
    counters.gauge(Gauge.OPENS_HELD, this::waitingCount);
  }

  void start() {
    keeper = Thread.ofPlatform().daemon().name("deadlines").start(this::keep);
  }

  Entry add(HeldOpen open) {
    lock.lock();
    try {
      Entry entry = new Entry(open, open.deadlineNanos() - epochNanos, numbers++);
      waiting.add(entry);
      if (waiting.first().equals(entry)) {
        changed.signal();
      }
      return entry;
    } finally {
      lock.unlock();
    }
  }

  /** Nothing is being found out about it any more. */
  void remove(Entry entry) {
    lock.lock();
    try {
      waiting.remove(entry);
      working.remove(entry);
    } finally {
      lock.unlock();
    }
  }

  /** Tells the oldest work for an answered open to stop; false when there is none. */
  boolean abandonOldestWork() {
    lock.lock();
    try {
      if (working.isEmpty()) {
        return false;
      }
      working.removeFirst().open().abandon();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Answers the held open with the nearest deadline early and stops its work. */
  boolean settleOldest(Why why) {
    Entry entry;
    lock.lock();
    try {
      entry = waiting.pollFirst();
    } finally {
      lock.unlock();
    }
    if (entry == null) {
      return false;
    }
    if (entry.open().settleWithoutVerdict(why)) {
      counters.count(Metric.OVERLOADS);
    }
    entry.open().abandon();
    return true;
  }

  /** When the keeper last took a turn. */
  long lastTurnNanos() {
    return lastTurnNanos;
  }

  private void keep() {
    try {
      for (List<Entry> due = awaitDue(); !due.isEmpty(); due = awaitDue()) {
        for (Entry entry : due) {
          if (settled(entry, Why.DEADLINE)) {
            counters.count(Metric.DEADLINES_PASSED);
          }
        }
      }
    } catch (InterruptedException e) {
      // By close, which settles what is left.
      Thread.currentThread().interrupt();
    }
  }

  /** One open that fails to be settled must not keep the others waiting. */
  private static boolean settled(Entry entry, Why why) {
    try {
      return entry.open().settleWithoutVerdict(why);
    } catch (RuntimeException | Error e) {
      LOG.error("open could not be settled fd={}", entry.open().fd(), e);
      return false;
    }
  }

  /** Waits for deadlines; empty when stopping. */
  private List<Entry> awaitDue() throws InterruptedException {
    List<Entry> due = new ArrayList<>();
    lock.lock();
    try {
      while (due.isEmpty() && !stopping) {
        lastTurnNanos = System.nanoTime();
        long now = lastTurnNanos - epochNanos;
        while (!waiting.isEmpty() && waiting.first().order() - MARGIN_NANOS <= now) {
          Entry entry = waiting.removeFirst();
          due.add(entry);
          working.add(entry);
        }
        if (due.isEmpty() && waiting.isEmpty()) {
          changed.awaitNanos(IDLE_NANOS);
        } else if (due.isEmpty()) {
          changed.awaitNanos(Math.min(IDLE_NANOS, waiting.first().order() - MARGIN_NANOS - now));
        }
      }
      return due;
    } finally {
      lock.unlock();
    }
  }

  int waitingCount() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  int workingCount() {
    lock.lock();
    try {
      return working.size();
    } finally {
      lock.unlock();
    }
  }

  /** Answers all that are held and stops all work. */
  @Override
  public void close() {
    List<Entry> all;
    lock.lock();
    try {
      stopping = true;
      changed.signalAll();
      all = new ArrayList<>(waiting);
      all.addAll(working);
      waiting.clear();
      working.clear();
    } finally {
      lock.unlock();
    }
    for (Entry entry : all) {
      settled(entry, Why.STOPPING);
      entry.open().abandon();
    }
    Thread thread = keeper;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
