// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.debt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.decision.DecisionListener;
import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.journal.JournalThread;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Report.DebtReason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DebtBookTest {
  @TempDir Path folder = Path.of("");
  private final Counters counters = new Counters();
  private final JournalThread thread = new JournalThread();

  @AfterEach
  void stop() {
    thread.close();
  }

  private DebtBook book(int most, long second) throws IOException {
    DebtBook book =
        new DebtBook(most, counters, InstantSource.fixed(Instant.ofEpochSecond(second)));
    book.keepIn(folder.resolve("debts"), thread);
    return book;
  }

  private static FileIdentity identity(int inode) {
    return new FileIdentity(1, inode, 0, 10, 20, 30);
  }

  private static Access access(String path) {
    return new Access(
        Lane.OPEN, new ContentKey(DecisionListener.UNKNOWN_HASH, 10), path, "/bin/cat", 7, 1000);
  }

  @Test
  void debtsSurviveWithTheirReasonAndAge() throws Exception {
    try (DebtBook book = book(10, 100)) {
      book.owe(access("/one"), identity(1), DebtReason.APPLIANCE_AWAY);
      book.owe(access("/two"), identity(2), DebtReason.TOO_LARGE);
      book.owe(access("/three"), identity(3), DebtReason.DEADLINE);
      book.paid(identity(2));
    }
    try (DebtBook book = book(10, 130)) {
      // Another run, whose journal is there already: what it pays is appended.
      book.owe(access("/four"), identity(4), DebtReason.DEADLINE);
      book.paid(identity(4));
      book.paid(identity(4));
    }
    try (DebtBook book = book(10, 160)) {
      assertEquals(Map.of(DebtReason.APPLIANCE_AWAY, 1, DebtReason.DEADLINE, 1), book.byReason());
      assertEquals(60, book.oldestSeconds());
      assertEquals(2, counters.get(Gauge.DEBTS_OPEN));
      List<DebtBook.Entry> due = book.due(10);
      assertEquals(
          List.of("/one", "/three"), due.stream().map(entry -> entry.debt().path()).toList());
      assertEquals(1000, due.getFirst().debt().user());
    }
    assertEquals(2, counters.get(Metric.DEBTS_PAID));
  }

  @Test
  void aFileIsOwedForOnce() throws Exception {
    try (DebtBook book = book(10, 100)) {
      for (int i = 0; i < 5; i++) {
        book.owe(access("/one"), identity(1), DebtReason.APPLIANCE_AWAY);
      }
      book.owe(access("/renamed"), identity(1), DebtReason.DEADLINE);
      assertEquals(Map.of(DebtReason.DEADLINE, 1), book.byReason());
    }
    try (DebtBook book = book(10, 100)) {
      assertEquals(1, book.open());
      assertEquals("/renamed", book.due(1).getFirst().debt().path());
    }
  }

  @Test
  void whatIsTooMuchIsCounted() throws Exception {
    try (DebtBook book = book(2, 100)) {
      for (int i = 1; i <= 5; i++) {
        book.owe(access("/file" + i), identity(i), DebtReason.OVERLOAD);
      }
      book.owe(access(""), identity(9), DebtReason.OVERLOAD);
      assertEquals(2, book.open());
      assertEquals(4, counters.get(Metric.DEBTS_DROPPED));
    }
    try (DebtBook book = book(10_000, 100)) {
      for (int i = 10; i < 500; i++) {
        book.owe(access("/" + "x".repeat(4000) + i), identity(i), DebtReason.OVERLOAD);
      }
      assertTrue(book.open() < 300, book.open() + " of 4 kB each");
    }
  }

  @Test
  void whatStaysIsNotDueAtOnce() throws Exception {
    try (DebtBook book = book(10, 100)) {
      book.owe(access("/one"), identity(1), DebtReason.APPLIANCE_AWAY);
    }
    try (DebtBook book = book(10, 100)) {
      book.stays(book.due(1).getFirst(), DebtReason.INCOMPLETE);
      assertEquals(List.of(), book.due(1));
      assertEquals(Map.of(DebtReason.INCOMPLETE, 1), book.byReason());
    }
    try (DebtBook book = book(10, 100)) {
      assertEquals(Map.of(DebtReason.INCOMPLETE, 1), book.byReason());
    }
  }
}
