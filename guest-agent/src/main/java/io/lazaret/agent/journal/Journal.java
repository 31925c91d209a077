// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.journal;

import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records appended to a file in groups, off everybody's path: {@link #append} only takes the
 * record. What counts is its owner's, in memory: when records were lost, because the disk failed or
 * too many came at once, and when the file has grown, it is written anew from there.
 */
public final class Journal implements AutoCloseable {
  /** Between two groups: so many syncs a second at most. */
  private static final long PAUSE_MILLIS = 50;

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int MOST_PENDING_BYTES = 128 << 10;
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  /** Who has everything that counts. */
  @FunctionalInterface
  public interface Owner {
    /** Gives all records that make up the present state; on the journal's thread. */
    void write(Consumer<byte[]> records);
  }

  private final JournalFile file;
  private final Owner owner;
  private final JournalThread thread;
  private final Counters counters;
  private final Object lock = new Object();
  private List<byte[]> pending = new ArrayList<>();
  private int pendingBytes;
  private boolean behind;
  private boolean scheduled;
  private boolean failing;
  private long retryNanos;

  private Journal(JournalFile file, Owner owner, JournalThread thread, Counters counters) {
    this.file = file;
    this.owner = owner;
    this.thread = thread;
    this.counters = counters;
  }

  /**
   * Reads a file, and makes it when there is none; what a crash has torn off its end is left out.
   *
   * @param replay gets each record, in order
   * @throws IOException when the file cannot be read or made
   */
  public static Journal open(
      Path path, Consumer<byte[]> replay, Owner owner, JournalThread thread, Counters counters)
      throws IOException {
    JournalFile file = new JournalFile(path);
    boolean whole = file.read(replay);
    Journal journal = new Journal(file, owner, thread, counters);
    if (!whole) {
      journal.behind = true;
    }
    return journal;
  }

  /** Takes a record; it is on the disk soon. Never blocks. */
  public void append(byte[] bytes) {
    synchronized (lock) {
      if (behind || pendingBytes + bytes.length > MOST_PENDING_BYTES) {
        behind = true;
        pending.clear();
        pendingBytes = 0;
      } else {
        pending.add(bytes);
        pendingBytes += bytes.length;
      }
      schedule();
    }
  }

  /** Has the file written anew from its owner's memory soon. */
  public void rewrite() {
    synchronized (lock) {
      behind = true;
      schedule();
    }
  }

  /** To be called now and then: tries again what the disk did not take. */
  public void tick() {
    synchronized (lock) {
      if (behind) {
        schedule();
      }
    }
  }

  private void schedule() {
    if (!scheduled && (!failing || System.nanoTime() - retryNanos >= 0)) {
      try {
        thread.execute(this::flush);
        scheduled = true;
      } catch (RejectedExecutionException stopped) {
        LOG.debug("journal is closed file={}", file);
      }
    }
  }

  private void flush() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException stopping) {
      // The last group is written at once.
      Thread.currentThread().interrupt();
    }
    flushNow();
  }

  private void flushNow() {
    List<byte[]> group;
    boolean anew;
    synchronized (lock) {
      scheduled = false;
      anew = behind;
      behind = false;
      group = pending;
      pending = new ArrayList<>();
      pendingBytes = 0;
    }
    try {
      if (anew || file.grown()) {
        file.replace(owner);
      } else {
        file.append(group);
      }
      failing = false;
    } catch (IOException e) {
      counters.count(Metric.JOURNAL_FAILURES);
      if (!failing) {
        LOG.error("journal cannot be written, memory goes on file={}", file, e);
      }
      synchronized (lock) {
        failing = true;
        behind = true;
        retryNanos = System.nanoTime() + RETRY_NANOS;
      }
    }
  }

  /** Writes what is left. */
  @Override
  public void close() throws IOException {
    thread.finish(this::flushNow);
    file.close();
  }
}
