// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.appliance.metrics.Count;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A few platform threads that read, each with its own connection, behind one bounded queue. */
final class LedgerReaders implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LedgerReaders.class);

  private final ArrayBlockingQueue<Consumer<Database>> queue;
  private final List<Thread> threads = new ArrayList<>();
  private final Count rejected;
  private final Count failed;
  private volatile boolean closed;

  LedgerReaders(Path file, int count, int bound, Metrics metrics) throws SQLException {
    queue = new ArrayBlockingQueue<>(bound);
    rejected = metrics.counter(Metric.LEDGER_REJECTED, "read");
    failed = metrics.counter(Metric.STORE_ERRORS, "read");
    for (int i = 0; i < count; i++) {
      Database database = Database.forReading(file);
      threads.add(
          Thread.ofPlatform().name("ledger-reader-" + i).daemon().start(() -> loop(database)));
    }
  }

  /** Queues a read; its future ends exceptionally when the queue is full or the read fails. */
  <T> CompletableFuture<T> read(Database.Work<T> work) {
    CompletableFuture<T> future = new CompletableFuture<>();
    if (closed) {
      future.completeExceptionally(new LedgerException("ledger: closed"));
    } else if (!queue.offer(database -> run(work, database, future))) {
      rejected.increment();
      future.completeExceptionally(
          new LedgerException("ledger: " + queue.size() + " reads wait (the queue is full)"));
    }
    return future;
  }

  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private <T> void run(Database.Work<T> work, Database database, CompletableFuture<T> future) {
    try {
      T result = work.run(database);
      future.completeAsync(() -> result, Thread::startVirtualThread);
    } catch (SQLException | RuntimeException e) {
      failed.increment();
      future.completeExceptionally(
          new LedgerException("ledger: cannot read: " + e.getMessage(), e));
    }
  }

  private void loop(Database database) {
    try (database) {
      while (!closed || !queue.isEmpty()) {
        try {
          Consumer<Database> read = queue.poll(100, TimeUnit.MILLISECONDS);
          if (read != null) {
            read.accept(database);
          }
        } catch (InterruptedException e) {
          log.warn("a reader of the ledger was interrupted and goes on");
        }
      }
    } catch (SQLException e) {
      log.warn("a reader's connection did not close cause={}", e.getMessage());
    }
  }
}
