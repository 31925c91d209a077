// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.codec.Wire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reports until the appliance has them on its disk: one batch on its way at a time, sent again on
 * the next connection. Bounded in number and in bytes: over a bound the oldest one that is no
 * detection is dropped and counted, then the oldest detection.
 *
 * <p>The seam for a copy on disk: {@link #offer} appends, {@link #stored} truncates.
 */
public final class ReportOutbox {
  private static final int BATCH_REPORTS = 64;
  private static final int BATCH_BYTES = Wire.FRAME_BYTES - Wire.HEADER_BYTES - 64;

  /** Bytes kept, as they are sent: the agent's heap is small. */
  static final int MOST_BYTES = 1 << 20;

  private final int bound;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Report> reports = new ArrayDeque<>();
  private @Nullable ApplianceSession session;
  private long sequence;
  private int onTheirWay;
  private long dropped;
  private int bytes;

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

  /** Tells the appliance, as soon as there is one. */
  public void offer(Report report) {
    lock.lock();
    try {
      int more = bytesOf(report);
      while (reports.size() > onTheirWay
          && (reports.size() >= bound || bytes + more > MOST_BYTES)) {
        dropOldest();
      }
      reports.addLast(report);
      bytes += more;
      pump();
    } finally {
      lock.unlock();
    }
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
          bytes -= bytesOf(reports.removeFirst());
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
    for (Report report : reports) {
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
    Iterator<Report> all = reports.iterator();
    for (int i = 0; all.hasNext(); i++) {
      Report report = all.next();
      if (i >= onTheirWay && (detections || !(report instanceof Report.Detection))) {
        all.remove();
        bytes -= bytesOf(report);
        return true;
      }
    }
    return false;
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
      case Report.Figures figures -> 64 + 16 * figures.values().size();
    };
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
