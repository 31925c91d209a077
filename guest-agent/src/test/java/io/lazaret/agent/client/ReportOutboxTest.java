// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.journal.JournalThread;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportOutboxTest {
  @TempDir Path folder = Path.of("");
  private static final ContentKey KEY = new ContentKey(new ContentHash(1, 2, 3, 4), 1);

  @Test
  void reportsAreBoundedInBytesToo() {
    ReportOutbox reports = new ReportOutbox(10_000, 1);
    Access access = new Access(Lane.OPEN, KEY, "/" + "x".repeat(4000), "/bin/cat", 1, 0);
    reports.offer(
        new Report.Detection(
            Instant.EPOCH, access, new Verdict.Infected("T"), Report.Action.DENIED));
    for (int i = 0; i < 1000; i++) {
      reports.offer(new Report.Debt(Instant.EPOCH, access, Report.DebtReason.DEADLINE));
    }
    assertTrue(reports.waiting() * 4000L <= ReportOutbox.MOST_BYTES, reports.waiting() + " kept");
    assertEquals(1001, reports.waiting() + reports.dropped());
  }

  @Test
  void reportsSurviveTheAgent() throws Exception {
    Access access = new Access(Lane.OPEN, KEY, "/ü", "/bin/cat", 1, 0);
    Report detection =
        new Report.Detection(
            Instant.ofEpochSecond(1, 2),
            access,
            new Verdict.Infected("T"),
            Report.Action.QUARANTINED);
    Report debt = new Report.Debt(Instant.EPOCH, access, Report.DebtReason.DEADLINE);
    Path file = folder.resolve("reports");
    Counters counters = new Counters();
    try (JournalThread thread = new JournalThread()) {
      ReportOutbox first = new ReportOutbox(2, 1);
      first.keepIn(file, thread, counters);
      first.offer(debt);
      first.offer(new Report.Figures(Instant.EPOCH, Map.of()));
      first.offer(detection);
      assertEquals(1, first.dropped());
      first.offer(debt);
      first.close();

      ReportOutbox second = new ReportOutbox(10, 1);
      second.keepIn(file, thread, counters);
      assertEquals(List.of(detection, debt), second.reports());
      second.close();

      ReportOutbox third = new ReportOutbox(10, 1);
      third.keepIn(file, thread, counters);
      assertEquals(List.of(detection, debt), third.reports());
      third.close();
    }
  }
}
