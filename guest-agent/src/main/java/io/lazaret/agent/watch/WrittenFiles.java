// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.Decision;
import io.lazaret.agent.linux.FileStatus;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import io.lazaret.agent.metrics.Metric;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that writers have closed, waiting to be asked about so that the next open finds its answer;
 * each file once, the newest left out when there are too many: its next open asks anyway.
 */
final class WrittenFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WrittenFiles.class);

  /** The kernel's clock has to have moved on before a change after it would show. */
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  /** Files that are due within this time are asked about together. */
  private static final long TOGETHER_NANOS = TimeUnit.MILLISECONDS.toNanos(15);

  /** A file that is closed again and again is asked about after this time nevertheless. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Key(long device, long inode) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition added = lock.newCondition();
  private final Map<Key, WrittenFile> waiting = new LinkedHashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private final DescriptorBudget share;
  private final int workers;
  private final AccessDecision decision;
  private final Counters counters;
  private boolean stopping;

  /**
   * Not started yet.
   *
   * @param most files that wait or are asked about; each costs a descriptor
   */
  WrittenFiles(int most, int workers, AccessDecision decision, Counters counters) {
    this.share = new DescriptorBudget(most);
    this.workers = workers;
    this.decision = decision;
    this.counters = counters;
    counters.gauge(Gauge.WRITTEN_WAITING, this::size);
  }

  void start() {
    for (int i = 0; i < workers; i++) {
      threads.add(Thread.ofVirtual().name("written-" + i).start(this::work));
    }
  }

  /** Takes over the file of an event, for one of its own descriptors; never waits. */
  void take(Event event, FileStatus status, Desk at) {
    if (share.takeUpTo(1) == 0) {
      counters.count(Metric.WRITTEN_DROPPED);
      at.close(event.fd());
      return;
    }
    at.budget().giveBack(1);
    long work = at.decision().settings().writtenDeadline().toNanos();
    WrittenFile file = new WrittenFile(event.fd(), event.pid(), status, share, work);
    // Who wrote it may be gone when its turn comes, and its user with it.
    if (at.decision().excludes(file)) {
      file.close();
    } else {
      offer(file);
    }
  }

  private void offer(WrittenFile file) {
    Key key = new Key(file.status().device(), file.status().inode());
    @Nullable WrittenFile left = file;
    lock.lock();
    try {
      WrittenFile before = waiting.get(key);
      if (before != null) {
        // The one that waits would see what the file is by then, but too soon after this close.
        if (file.replaces(before, PATIENCE_NANOS)) {
          waiting.remove(key);
          waiting.put(key, file);
          left = before;
        }
      } else if (!stopping) {
        waiting.put(key, file);
        left = null;
        if (waiting.size() == 1) {
          added.signal();
        }
      }
    } finally {
      lock.unlock();
      if (left != null) {
        left.close();
      }
    }
  }

  private WrittenFile removeFirst() {
    var first = waiting.entrySet().iterator();
    WrittenFile file = first.next().getValue();
    first.remove();
    return file;
  }

  private void work() {
    try {
      while (true) {
        try (WrittenFile file = take()) {
          if (file.begin()) {
            counters.count(Metric.WRITTEN_ASKED);
            Decision decided = decision.decide(file);
            decision.answered(file, decided);
          }
        } catch (IOException | RuntimeException e) {
          LOG.warn("written file could not be asked about", e);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("no more written files are asked about");
    }
  }

  /** Waits for one that has been quiet for long enough: the first in line is the oldest. */
  private WrittenFile take() throws InterruptedException {
    lock.lock();
    try {
      while (true) {
        if (waiting.isEmpty()) {
          added.await();
          continue;
        }
        WrittenFile first = waiting.values().iterator().next();
        long left = first.closedNanos() + QUIET_NANOS - System.nanoTime();
        if (left <= 0) {
          WrittenFile taken = removeFirst();
          if (!waiting.isEmpty()) {
            added.signal();
          }
          return taken;
        }
        // All that are due by then are taken in one go: waking up costs more than asking.
        added.awaitNanos(left + TOGETHER_NANOS);
      }
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    List<WrittenFile> rest;
    lock.lock();
    try {
      stopping = true;
      rest = new ArrayList<>(waiting.values());
      waiting.clear();
    } finally {
      lock.unlock();
    }
    threads.forEach(Thread::interrupt);
    rest.forEach(WrittenFile::close);
  }
}
