// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.client.ContentReader;
import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.client.VerdictSource;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** An appliance that finds files infected that begin with EVIL, or behaves badly when told to. */
final class TestSource implements VerdictSource {
  static final String EVIL = "EVIL";

  /** How it behaves. */
  enum Mode {
    JUDGE,
    SILENT,
    AWAY,
    SLOW
  }

  private static final long SLOW_MILLIS = 300;

  volatile Mode mode = Mode.JUDGE;

  @Override
  public SourceAnswer ask(Access access, ContentReader content, long deadlineNanos)
      throws InterruptedException {
    switch (mode) {
      case JUDGE -> {}
      case SLOW -> TimeUnit.MILLISECONDS.sleep(SLOW_MILLIS);
      case SILENT -> {
        TimeUnit.NANOSECONDS.sleep(deadlineNanos - System.nanoTime());
        return new SourceAnswer.NoVerdict(Report.DebtReason.DEADLINE, "silent");
      }
      case AWAY -> {
        return new SourceAnswer.NoVerdict(Report.DebtReason.APPLIANCE_AWAY, "away");
      }
    }
    try {
      ByteBuffer start = ByteBuffer.allocate(EVIL.length());
      int got = content.read(start, 0);
      boolean evil = new String(start.array(), 0, got, StandardCharsets.US_ASCII).equals(EVIL);
      return new SourceAnswer.Judged(
          evil ? new Verdict.Infected("Test.Evil") : Verdict.CLEAN, 1, Outcome.Source.SCAN);
    } catch (IOException e) {
      return new SourceAnswer.NoVerdict(Report.DebtReason.UNREADABLE, e.toString());
    }
  }
}
