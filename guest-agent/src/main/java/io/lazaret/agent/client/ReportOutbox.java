// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.agent.journal.JournalThread;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.codec.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reports until the appliance has them on its disk: one batch on its way at a time, sent again on
 * the next connection. Bounded in number and in bytes: over a bound the oldest one that is no
 * detection is dropped and counted, then the oldest detection. With {@link #keepIn} they survive
 * the agent, figures excepted, which are new every 30 s.
 */
public final class ReportOutbox {
  private static final int BATCH_REPORTS = 64;
  private static final int BATCH_BYTES = Wire.FRAME_BYTES - Wire.HEADER_BYTES - 64;

  /** Bytes kept, as they are sent: the agent's heap is small. */
  static final int MOST_BYTES = 1 << 20;

  private final int bound;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Kept> reports = new ArrayDeque<>();
  private @Nullable ReportJournal journal;
  private @Nullable ApplianceSession session;
  private long sequence;
  private int onTheirWay;
  private long dropped;
  private int bytes;
  private long numbers;

  /**
   * A report that waits.
   *
   * @param number its own in the journal
   */
  record Kept(long number, Report report) {}

  /**
   * An empty one.
   *
   * @param bound reports kept
   * @param firstSequence above every sequence used before
   */
  ReportOutbox(int bound, long firstSequence) {
    this.bound = bound;
    this.sequence = firstSequence;
  }

  /** Takes over the reports in a file, and keeps its own there from now on. */
  public void keepIn(Path file, JournalThread thread, Counters counters) throws IOException {
    List<Report> earlier = new ArrayList<>();
    ReportJournal opened = ReportJournal.open(file, earlier::add, this::all, thread, counters);
    lock.lock();
    try {
      earlier.forEach(this::add);
      journal = opened;
    } finally {
      lock.unlock();
    }
    opened.startAnew();
  }

  /** Writes what is left to the file. */
  public void close() throws IOException {
    ReportJournal open;
    lock.lock();
    try {
      open = journal;
    } finally {
      lock.unlock();
    }
    if (open != null) {
      open.close();
    }
  }

  private List<Kept> all() {
    lock.lock();
    try {
      return List.copyOf(reports);
    } finally {
      lock.unlock();
    }
  }

  /** Tells the appliance, as soon as there is one. */
  public void offer(Report report) {
    lock.lock();
    try {
      Kept kept = add(report);
      if (journal != null) {
        journal.kept(kept);
      }
      pump();
    } finally {
      lock.unlock();
    }
  }

  private Kept add(Report report) {
    int more = bytesOf(report);
    while (reports.size() > onTheirWay && (reports.size() >= bound || bytes + more > MOST_BYTES)) {
      dropOldest();
    }
    Kept kept = new Kept(numbers++, report);
    reports.addLast(kept);
    bytes += more;
    return kept;
  }

  /** What waits, oldest first. */
  List<Report> reports() {
    return all().stream().map(Kept::report).toList();
  }

  /** Reports that no appliance has stored yet. */
  public int waiting() {
    lock.lock();
    try {
      return reports.size();
    } finally {
      lock.unlock();
    }
  }

  /** Reports lost because the bound was reached. */
  public long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  void connected(ApplianceSession to) {
    lock.lock();
    try {
      session = to;
      onTheirWay = 0;
      pump();
    } finally {
      lock.unlock();
    }
  }

  void disconnected() {
    lock.lock();
    try {
      session = null;
      onTheirWay = 0;
    } finally {
      lock.unlock();
    }
  }

  /** The appliance has everything up to this sequence on its disk. */
  void stored(long upTo) {
    lock.lock();
    try {
      if (upTo == sequence && onTheirWay > 0) {
        for (; onTheirWay > 0; onTheirWay--) {
          gone(reports.removeFirst());
        }
        pump();
      }
    } finally {
      lock.unlock();
    }
  }

  private void pump() {
    if (session == null || onTheirWay > 0 || reports.isEmpty()) {
      return;
    }
    List<Report> batch = new ArrayList<>();
    int batchBytes = 0;
    for (Kept kept : reports) {
      Report report = kept.report();
      batchBytes += bytesOf(report);
      if (batch.size() == BATCH_REPORTS || (batchBytes > BATCH_BYTES && !batch.isEmpty())) {
        break;
      }
      batch.add(report);
    }
    onTheirWay = batch.size();
    session.send(new Message.Reports(++sequence, batch));
  }

  /** The oldest that is not on its way, a detection only when there is nothing else. */
  private void dropOldest() {
    dropped++;
    if (!dropFirst(false)) {
      var _ = dropFirst(true);
    }
  }

  private boolean dropFirst(boolean detections) {
    Iterator<Kept> all = reports.iterator();
    for (int i = 0; all.hasNext(); i++) {
      Kept kept = all.next();
      if (i >= onTheirWay && (detections || !(kept.report() instanceof Report.Detection))) {
        all.remove();
        gone(kept);
        return true;
      }
    }
    return false;
  }

  private void gone(Kept kept) {
    bytes -= bytesOf(kept.report());
    if (journal != null) {
      journal.gone(kept);
    }
  }

  private static int bytesOf(Report report) {
    return switch (report) {
      case Report.Detection detection ->
          128
              + utf8(detection.access().path())
              + utf8(detection.access().process())
              + utf8(detection.verdict().threat());
      case Report.Debt debt -> 128 + utf8(debt.access().path()) + utf8(debt.access().process());
      case Report.DebtPaid paid -> 512 + utf8(paid.access().path()) + utf8(paid.access().process());
      case Report.PolicyResult result -> 64 + utf8(result.detail());
      case Report.Figures figures -> 64 + 16 * figures.values().size();
    };
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
