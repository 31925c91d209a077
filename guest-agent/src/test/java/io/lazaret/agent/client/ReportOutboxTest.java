// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReportOutboxTest {
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
}
