// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.appliance.metrics.Count;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.metrics.Timing;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes: it takes all writes that wait, runs them in one transaction, and
 * completes their futures when that is on the disk. Commits that follow each other closely are made
 * one. Continuations run on a virtual thread, never on the writer.
 */
final class LedgerWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LedgerWriter.class);
  private static final int BATCH = 2_048;

  /** From one commit to the next, for writes that nobody is held up by. */
  private static final long GATHER_NANOS = 5_000_000;

  /** After so many commits of one write each, nobody is waited for: they come one by one. */
  private static final int ALONE = 2;

  private final Database database;
  private final ArrayBlockingQueue<Write<?>> queue;
  private final Thread thread;
  private final Count rejected;
  private final Count failed;
  private final Timing commits;
  private volatile boolean closed;
  private volatile boolean urgent;
  private long lastNanos = System.nanoTime() - GATHER_NANOS;
  private int alone = ALONE;
  private boolean syncs = true;
  private volatile String problem = "";

  LedgerWriter(Database database, int bound, Metrics metrics) {
    this.database = database;
    queue = new ArrayBlockingQueue<>(bound);
    rejected = metrics.counter(Metric.LEDGER_REJECTED, "write");
    failed = metrics.counter(Metric.STORE_ERRORS, "write");
    commits = metrics.timer(Metric.LEDGER_COMMIT_TIME);
    metrics.gauge(Metric.LEDGER_QUEUE, queue::size);
    metrics.gauge(Metric.LEDGER_QUEUE_LIMIT, () -> bound);
    thread = Thread.ofPlatform().name("ledger-writer").daemon().unstarted(this::loop);
  }

  void start() {
    thread.start();
  }

  /** Queues a write; it completes when it is on the disk, exceptionally when the queue is full. */
  <T> CompletableFuture<T> write(Database.Work<T> work) {
    return queue(new Write<>(work, true));
  }

  private <T> CompletableFuture<T> queue(Write<T> write) {
    if (closed) {
      write.future.completeExceptionally(new LedgerException("ledger: closed"));
    } else if (!queue.offer(write)) {
      rejected.increment();
      write.future.completeExceptionally(
          new LedgerException("ledger: " + queue.size() + " writes wait (the queue is full)"));
    } else if (closed && queue.remove(write)) {
      write.future.completeExceptionally(new LedgerException("ledger: closed"));
    }
    return write.future;
  }

  /** The same; what waits is committed at once, because somebody is held up by it. */
  <T> CompletableFuture<T> writeNow(Database.Work<T> work) {
    return hurried(write(work));
  }

  /**
   * Queues a write of something that can be found out again: it completes when a kill of this
   * process cannot take it back any more, but loss of power may.
   *
   * @param now as by {@link #writeNow}
   */
  <T> CompletableFuture<T> writeCache(Database.Work<T> work, boolean now) {
    CompletableFuture<T> written = queue(new Write<>(work, false));
    return now ? hurried(written) : written;
  }

  private <T> CompletableFuture<T> hurried(CompletableFuture<T> written) {
    urgent = true;
    LockSupport.unpark(thread);
    return written;
  }

  /** Why the last commit failed; empty when it did not. */
  String problem() {
    return thread.isAlive() ? problem : "ledger: its writer has ended";
  }

  /** Writes what waits, then ends. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        queue.offer(new Write<>(ignored -> true, true));
        thread.join(100);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    List<Write<?>> batch = new ArrayList<>(BATCH);
    while (!closed || !queue.isEmpty()) {
      try {
        batch.add(queue.take());
        gather();
        queue.drainTo(batch, BATCH - 1);
        alone = batch.size() == 1 ? alone + 1 : 0;
        commit(List.copyOf(batch));
      } catch (InterruptedException e) {
        log.warn("the ledger's writer was interrupted and goes on");
      } finally {
        batch.clear();
      }
    }
  }

  /**
   * Waits for more to share the commit with, when the one before was a moment ago and writes come
   * side by side; one that comes alone does not wait.
   */
  private void gather() {
    long end = lastNanos + GATHER_NANOS;
    for (long left = end - System.nanoTime();
        left > 0 && alone < ALONE && !urgent && !closed;
        left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
    }
    urgent = false;
    lastNanos = System.nanoTime();
  }

  private void commit(List<Write<?>> batch) {
    long start = System.nanoTime();
    try {
      sync(batch.stream().anyMatch(write -> write.durable));
      database.update("BEGIN IMMEDIATE");
      for (Write<?> write : batch) {
        write.run(database);
      }
      database.update("COMMIT");
      commits.since(start);
      problem = "";
      Thread.startVirtualThread(() -> batch.forEach(Write::settle));
    } catch (Throwable e) { // an error, too, must neither end the writer nor leave a future open
      failed.increment();
      problem = "ledger: cannot write: " + e.getMessage();
      log.error("ledger commit failed writes={} cause={}", batch.size(), e.getMessage());
      rollback();
      LedgerException failure = new LedgerException("ledger: cannot write", e);
      Thread.startVirtualThread(
          () -> batch.forEach(write -> write.future.completeExceptionally(failure)));
    }
  }

  /** Whether the next commit waits for the disk. */
  private void sync(boolean wanted) throws SQLException {
    if (wanted != syncs) {
      database.run("PRAGMA synchronous = " + (wanted ? "FULL" : "NORMAL"));
      syncs = wanted;
    }
  }

  private void rollback() {
    try {
      database.run("ROLLBACK");
    } catch (SQLException | RuntimeException e) {
      log.debug("nothing to roll back cause={}", e.getMessage());
    }
  }

  /** One write, its result until the commit, and the future that waits for both. */
  private static final class Write<T> {
    final CompletableFuture<T> future = new CompletableFuture<>();
    private final Database.Work<T> work;
    private final boolean durable;
    private @Nullable T result;
    private @Nullable Exception failure;

    Write(Database.Work<T> work, boolean durable) {
      this.work = work;
      this.durable = durable;
    }

    /** Runs it so that a failure leaves no trace of it and does not touch the others. */
    void run(Database database) throws SQLException {
      database.update("SAVEPOINT one");
      try {
        result = work.run(database);
      } catch (SQLException | RuntimeException e) {
        failure = e;
        database.update("ROLLBACK TO one");
      }
      database.update("RELEASE one");
    }

    void settle() {
      if (result != null) {
        future.complete(result);
      } else if (failure instanceof RuntimeException defect) {
        future.completeExceptionally(defect);
      } else {
        String cause = failure == null ? "no result" : failure.getMessage();
        future.completeExceptionally(
            new LedgerException("ledger: cannot write: " + cause, failure));
      }
    }
  }
}
