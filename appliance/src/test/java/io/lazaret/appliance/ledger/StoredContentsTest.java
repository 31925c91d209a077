// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredContentsTest {
  private static final LedgerLimits LIMITS =
      new LedgerLimits(64, 1, Duration.ofDays(30), Duration.ofDays(90), 20, 10, 20, 5, 100);

  @TempDir private Path directory;
  private final Random random = new Random(7);

  private ContentHash hash() {
    return new ContentHash(
        random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }

  private static void awaitLoaded(StoredContents contents, ContentHash other) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (contents.mayContain(other)) {
      assertTrue(System.nanoTime() < end, "not within 10 s");
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  @Test
  void untilAllWasReadEveryContentMayBeThere() {
    assertTrue(StoredContents.forFile(0).mayContain(hash()));
  }

  @Test
  void whatIsThereIsNeverMissedAndWhatIsNotIsSeldomLookedFor() throws Exception {
    StoredContents contents = StoredContents.forFile(0);
    try (Metrics metrics = new Metrics();
        Ledger ledger = Ledger.open(directory.resolve("ledger.db"), LIMITS, metrics)) {
      contents.load(ledger);
      awaitLoaded(contents, hash());
    }
    Random again = new Random(8);
    for (int i = 0; i < 1_000_000; i++) {
      contents.add(
          new ContentHash(again.nextLong(), again.nextLong(), again.nextLong(), again.nextLong()));
    }
    again.setSeed(8);
    int wrong = 0;
    for (int i = 0; i < 1_000_000; i++) {
      assertTrue(
          contents.mayContain(
              new ContentHash(
                  again.nextLong(), again.nextLong(), again.nextLong(), again.nextLong())));
      wrong += contents.mayContain(hash()) ? 1 : 0;
    }
    assertTrue(wrong < 5_000, wrong + " of a million");
  }

  @Test
  void whatAnEarlierRunSavedIsFoundByTheNext() throws Exception {
    Path file = directory.resolve("ledger.db");
    try (Metrics metrics = new Metrics();
        Ledger ledger = Ledger.open(file, LIMITS, metrics)) {
      for (int i = 0; i < 10; i++) {
        ledger.verdicts().save(verdict(i)).join();
      }
    }
    try (Metrics metrics = new Metrics();
        Ledger ledger = Ledger.open(file, LIMITS, metrics)) {
      StoredContents contents = StoredContents.forFile(0);
      contents.load(ledger);
      awaitLoaded(contents, hash());
      for (int i = 0; i < 10; i++) {
        assertTrue(contents.mayContain(verdict(i).content().hash()));
        assertTrue(ledger.verdicts().find(1, verdict(i).content()).join().isPresent());
      }
      assertFalse(ledger.verdicts().find(2, verdict(1).content()).join().isPresent());
      assertEquals(10, ledger.verdicts().recent(100).join().size());
    }
  }

  private static StoredVerdict verdict(int number) {
    return new StoredVerdict(
        1, VerdictStoreContract.key(number), Verdict.CLEAN, 1, Instant.ofEpochMilli(1));
  }
}
