// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@link Ledger}: its file, its bounds, events, exposures and epochs. */
class LedgerTest {
  private static final LedgerLimits SMALL =
      new LedgerLimits(64, 1, Duration.ofDays(30), Duration.ofDays(90), 20, 10, 20, 5, 100);
  private static final Instant START = Instant.ofEpochMilli(1_790_000_000_000L);

  @TempDir private Path directory;
  private final Metrics metrics = new Metrics();
  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private Path file;
  private Ledger ledger;

  @BeforeEach
  void open() {
    file = directory.resolve("ledger.db");
    ledger = Ledger.open(file, SMALL, metrics, now::get);
  }

  @AfterEach
  void close() {
    ledger.close();
    metrics.close();
  }

  @Test
  void onlyItsOwnerCanReadTheFile() throws IOException {
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void aSecondOpenIsRefused() {
    assertThrows(LedgerInUseException.class, () -> Ledger.open(file, SMALL, metrics));
  }

  @Test
  void afterADiskThatWasFullItWritesAgainAndAStateThatItKnowsNeverNeededRoom() {
    long known = ledger.epochs().numberOf("known");
    limitPages(1); // which means: as many as there are
    Event event = Event.of(START, EventKind.STARTED, 0, "x".repeat(500), "y".repeat(500));
    assertThrows(
        CompletionException.class,
        () -> {
          for (int i = 0; i < 1_000; i++) {
            ledger.events().append(event).join();
          }
        });
    assertEquals(known, new EpochTable(ledger).numberOf("known"));

    limitPages(1_000_000);
    ledger.events().append(event).join();
    assertEquals("", ledger.problem());
  }

  private void limitPages(int most) {
    ledger
        .write(database -> {
          database.run("PRAGMA max_page_count = " + most);
          return true;
        })
        .join();
  }

  @Test
  void aFileThatIsNoLedgerIsRefusedAndLeftAsItIs() throws IOException {
    for (String content : List.of("", "not a database, not at all: ".repeat(100))) {
      Path other = directory.resolve("other.db");
      Files.writeString(other, content);
      LedgerException e =
          assertThrows(LedgerException.class, () -> Ledger.open(other, SMALL, metrics));
      assertTrue(String.valueOf(e.getMessage()).startsWith(other.toString()), e.getMessage());
      assertEquals(content, Files.readString(other));
    }
  }

  @Test
  void aDamagedFileIsRefusedAndLeftAsItIs() throws IOException {
    for (int i = 0; i < 8; i++) {
      ledger.events().append(event(1, "x".repeat(200))).join();
    }
    ledger.close();
    byte[] bytes = Files.readAllBytes(file);
    for (int i = bytes.length / 2; i < bytes.length; i++) {
      bytes[i] = (byte) 0xA5;
    }
    Files.write(file, bytes);
    LedgerException e =
        assertThrows(LedgerException.class, () -> Ledger.open(file, SMALL, metrics));
    assertTrue(String.valueOf(e.getMessage()).contains("damaged"), e.getMessage());
    assertArrayEquals(bytes, Files.readAllBytes(file));
  }

  @Test
  void aFileOfANewerApplianceIsRefused() {
    ledger.change(database -> database.update("PRAGMA user_version = 999")).join();
    ledger.close();
    LedgerException e =
        assertThrows(LedgerException.class, () -> Ledger.open(file, SMALL, metrics));
    assertTrue(String.valueOf(e.getMessage()).contains("schema version 999"), e.getMessage());
  }

  @Test
  void theDiskIsSyncedAtEveryCommitButThoseOfWhatCanBeFoundOutAgain() {
    AtomicLong seen = new AtomicLong();
    ledger.changeCache(d -> seen.set(d.number("PRAGMA synchronous")), false).join();
    assertEquals(1, seen.get());
    assertEquals(2, ledger.write(d -> d.number("PRAGMA synchronous")).join());
    assertEquals(
        "wal",
        ledger.write(d -> d.first("PRAGMA journal_mode", r -> r.getString(1)).orElse("")).join());
  }

  @Test
  void readersCannotWrite() {
    assertThrows(
        CompletionException.class, () -> ledger.read(d -> d.update("DELETE FROM event")).join());
  }

  @Test
  void aWriteOverTheBoundIsRefusedAndCounted() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<Void> first =
        ledger.change(database -> {
          busy.countDown();
          awaitQuietly(release);
        });
    busy.await();
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      waiting.add(ledger.events().append(event(1, "e" + i)));
    }
    long refused = waiting.stream().filter(CompletableFuture::isCompletedExceptionally).count();
    release.countDown();
    first.join();
    assertEquals(6, refused);
    assertTrue(metrics.scrape().contains("lazaret_ledger_rejected_total{operation=\"write\"} 6.0"));
  }

  @Test
  void oneFailingWriteDoesNotTouchTheOthersOfItsCommit() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<Void> first =
        ledger.change(database -> {
          busy.countDown();
          awaitQuietly(release);
        });
    busy.await();
    CompletableFuture<Void> good = ledger.events().append(event(1, "good"));
    CompletableFuture<Void> bad =
        ledger.change(database -> {
          EventLog.insert(database, event(1, "half"));
          database.run("INSERT INTO nothing VALUES (1)");
        });
    CompletableFuture<Void> last = ledger.events().append(event(1, "last"));
    release.countDown();
    CompletableFuture.allOf(first, good, last).join();
    assertThrows(CompletionException.class, bad::join);
    assertEquals(List.of("last", "good"), whats(EventQuery.newest(10)));
    assertEquals("", ledger.problem());
  }

  @Test
  void aContinuationMayWaitForTheLedger() {
    CompletableFuture<List<String>> chained =
        ledger.events().append(event(1, "a")).thenApply(x -> whats(EventQuery.newest(10)));
    assertEquals(List.of("a"), chained.join());
  }

  @Test
  void eventsAreListedByKindGuestAndTime() {
    ledger.events().append(event(1, "a")).join();
    now.set(START.plusSeconds(10));
    ledger.events().append(event(2, "b")).join();
    ledger.events().append(Event.of(now.get(), EventKind.REVOKED, 2, "c", "by an operator")).join();
    assertEquals(List.of("c", "b", "a"), whats(EventQuery.newest(10)));
    assertEquals(List.of("c", "b"), whats(query(Set.of(), 2, Instant.EPOCH)));
    assertEquals(List.of("b"), whats(query(Set.of(EventKind.DETECTION), 2, Instant.EPOCH)));
    assertEquals(List.of("c", "b"), whats(query(Set.of(), 0, START.plusSeconds(5))));
  }

  @Test
  void oldEventsGoAndTheLoudestGuestLosesFirst() {
    ledger.events().append(event(9, "old")).join();
    now.set(START.plus(Duration.ofDays(31)));
    for (int i = 0; i < 30; i++) {
      ledger.events().append(event(1, "loud" + i)).join();
    }
    ledger.events().append(event(2, "quiet")).join();
    ledger.prune().join();
    List<String> left = whats(EventQuery.newest(100));
    assertEquals(20, left.size());
    assertTrue(left.contains("quiet"));
    assertTrue(left.contains("loud29"));
  }

  @Test
  void theOldestVerdictsGoAndInfectedOnesLast() {
    ledger.verdicts().save(verdict(0, new Verdict.Infected("Bad"))).join();
    for (int i = 1; i < 15; i++) {
      ledger.verdicts().save(verdict(i, Verdict.CLEAN)).join();
    }
    ledger.prune().join();
    assertTrue(ledger.verdicts().find(1, VerdictStoreContract.key(0)).join().isPresent());
    assertTrue(ledger.verdicts().find(1, VerdictStoreContract.key(5)).join().isEmpty());
    assertTrue(ledger.verdicts().find(1, VerdictStoreContract.key(14)).join().isPresent());
    assertEquals(9, ledger.verdicts().recent(100).join().size());
    assertEquals(1, ledger.verdicts().infected(100).join().size());
  }

  @Test
  void whoHasAContentIsKnown() {
    ContentHash hash = VerdictStoreContract.key(1).hash();
    ledger.exposures().note(1, hash, 7, "/bin/a");
    ledger.exposures().note(1, hash, 7, "/bin/a");
    now.set(START.plusSeconds(60));
    assertEquals(1, ledger.exposures().whoHas(hash).join().size());
    ledger.exposures().note(1, hash, 7, "/bin/a");
    ledger.exposures().note(2, hash, 8, "/bin/b");
    List<Exposure> found = ledger.exposures().whoHas(hash).join();
    assertEquals(
        Set.of(
            new Exposure(1, hash, 7, "/bin/a", START, START.plusSeconds(60)),
            new Exposure(2, hash, 8, "/bin/b", START.plusSeconds(60), START.plusSeconds(60))),
        Set.copyOf(found));
  }

  @Test
  void exposuresAreBoundedPerContentInMemoryAndInTotal() {
    ContentHash hash = VerdictStoreContract.key(1).hash();
    for (int guest = 1; guest <= 10; guest++) {
      ledger.exposures().note(1, hash, guest, "/a");
    }
    assertEquals(5, ledger.exposures().whoHas(hash).join().size());
    for (int i = 0; i < 150; i++) {
      ledger.exposures().note(1, VerdictStoreContract.key(i).hash(), 50, "/b");
    }
    ledger.exposures().flush().join();
    assertTrue(metrics.scrape().contains("lazaret_exposures_dropped_total 5"), metrics.scrape());
    ledger.prune().join();
    assertEquals(20, ledger.read(d -> d.number("SELECT count(*) FROM exposure")).join());
    assertEquals(5, ledger.exposures().whoHas(hash).join().size());
  }

  @Test
  void anEngineStateKeepsItsNumber() {
    long first = ledger.epochs().numberOf("1.4.6/27000/1");
    long second = ledger.epochs().numberOf("1.4.6/27000/2");
    assertTrue(first >= 1);
    assertTrue(second > first);
    assertEquals(first, ledger.epochs().numberOf("1.4.6/27000/1"));
    ledger.close();
    open();
    assertEquals(second, ledger.epochs().numberOf("1.4.6/27000/2"));
    assertTrue(ledger.epochs().numberOf("1.4.6/27000/3") > second);
  }

  @Test
  void afterTheEndWritesAndReadsAreRefused() {
    ledger.close();
    assertThrows(CompletionException.class, () -> ledger.events().append(event(1, "late")).join());
    assertThrows(
        CompletionException.class, () -> ledger.events().list(EventQuery.newest(1)).join());
  }

  private Event event(long guest, String what) {
    return Event.of(now.get(), EventKind.DETECTION, guest, what, "");
  }

  private List<String> whats(EventQuery query) {
    return ledger.events().list(query).join().stream().map(Event::what).toList();
  }

  private static EventQuery query(Set<EventKind> kinds, long guest, Instant since) {
    return new EventQuery(kinds, guest, since, Long.MAX_VALUE, 100);
  }

  private static StoredVerdict verdict(int number, Verdict verdict) {
    return new StoredVerdict(
        1, VerdictStoreContract.key(number), verdict, 1, START.plusSeconds(number));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
