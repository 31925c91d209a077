// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.ledger.VerdictReserve;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is given while the disk is full, and what is on it afterwards. */
final class UnsavedVerdictsTest {
  private static final Verdict INFECTED = new Verdict.Infected("Bad.Thing");

  private final FakeStore disk = new FakeStore();
  @TempDir private Path directory;
  private VerdictReserve reserve;
  private UnsavedVerdicts store;

  @BeforeEach
  void start() {
    reserve = VerdictReserve.open(directory.resolve("reserve"), 2);
    store = new UnsavedVerdicts(disk, reserve, 2);
  }

  @AfterEach
  void stop() throws IOException {
    reserve.close();
  }

  /** As after a kill: what was in memory is gone. */
  private void crash() throws IOException {
    stop();
    start();
  }

  @Test
  void whatCouldNotBeSavedSurvivesACrashUntilItIsSaved() throws IOException {
    save("file", Verdict.CLEAN, 1);
    disk.full = true;
    save("file", INFECTED, 2);
    crash();
    assertEquals(Optional.of(INFECTED), found("file"));
    assertEquals(
        "1 infected verdicts are not in the ledger (expected: 0)",
        store.problem(),
        "a restart is safe");

    disk.full = false;
    store.saveAgain();
    assertEquals("", store.problem());
    crash();
    assertEquals(0, store.size());
    assertEquals(Optional.of(INFECTED), found("file"));
  }

  @Test
  void aNewerCleanOutlivesACrashToo() throws IOException {
    disk.full = true;
    save("file", INFECTED, 1);
    disk.full = false;
    save("file", Verdict.CLEAN, 2);
    crash();
    assertEquals(Optional.of(Verdict.CLEAN), found("file"));
  }

  @Test
  void thatTooMuchCouldNotBeSavedIsKnownAfterACrash() throws IOException {
    save("old", Verdict.CLEAN, 1);
    disk.full = true;
    for (int i = 0; i < 3; i++) {
      save("file " + i, INFECTED, 10 + i);
    }
    crash();
    assertEquals(Optional.empty(), found("old"));
    assertEquals(Optional.empty(), found("file 0"));
    assertEquals(Optional.of(INFECTED), found("file 1"));
    assertEquals(Optional.of(INFECTED), found("file 2"));
  }

  @Test
  void whoWasAwayIsToldWhatCouldNotBeSaved() {
    disk.full = true;
    save("file", INFECTED, 5);
    assertEquals(List.of(INFECTED), changedSince(5));
    assertEquals(List.of(), changedSince(6));
    disk.changed.add(verdict("file", INFECTED, 5));
    disk.changed.add(verdict("other", INFECTED, 5));
    assertEquals(List.of(INFECTED, INFECTED), changedSince(5), "each once");
  }

  @Test
  void withoutAReserveItIsSaidThatARestartLosesIt() throws IOException {
    reserve.close();
    disk.full = true;
    save("file", INFECTED, 1);
    assertEquals(
        "1 infected verdicts are not in the ledger (expected: 0); do not restart:"
            + " 1 are in memory only",
        store.problem());
    assertEquals(Optional.of(INFECTED), found("file"));
  }

  @Test
  void whoIsHeldUpByAVerdictWaitsForNoOthers() {
    store.saveNow(verdict("file", Verdict.CLEAN, 1)).join();
    assertEquals(1, disk.urgent.get());
  }

  @Test
  void whatCouldNotBeSavedIsGivenInsteadOfWhatIsOnDiskUntilItIs() {
    save("file", Verdict.CLEAN, 1);
    disk.full = true;
    save("file", INFECTED, 2);
    assertEquals(Optional.of(INFECTED), found("file"));
    store.saveAgain();
    assertEquals(1, store.size(), "still full");

    disk.full = false;
    store.saveAgain();
    assertEquals(0, store.size());
    assertEquals("", store.problem());
    assertEquals(Optional.of(INFECTED), found("file"));
  }

  @Test
  void aNewerVerdictIsNotOverwrittenByTheOneThatWaits() {
    disk.full = true;
    save("file", INFECTED, 1);
    disk.full = false;
    save("file", Verdict.CLEAN, 2);
    store.saveAgain();
    assertEquals(Optional.of(Verdict.CLEAN), found("file"));
  }

  @Test
  void whenTooMuchCouldNotBeSavedNoOlderCleanCounts() {
    save("file 0", Verdict.CLEAN, 1);
    save("old", Verdict.CLEAN, 1);
    save("bad", INFECTED, 1);
    disk.full = true;
    for (int i = 0; i < 3; i++) {
      save("file " + i, INFECTED, 10 + i);
    }
    disk.full = false;
    save("new", Verdict.CLEAN, 20);

    assertEquals(2, store.size());
    assertEquals(Optional.empty(), found("file 0"));
    assertEquals(Optional.empty(), found("old"));
    assertEquals(Optional.of(INFECTED), found("bad"));
    assertEquals(Optional.of(INFECTED), found("file 2"));
    assertEquals(Optional.of(Verdict.CLEAN), found("new"));
  }

  @Test
  void whatAnOperatorForgetsIsForgotten() {
    disk.full = true;
    save("file", INFECTED, 1);
    store.forget(1, key("file"));
    assertEquals(Optional.empty(), found("file"));
  }

  private void save(String content, Verdict verdict, long second) {
    var _ = store.save(verdict(content, verdict, second)).exceptionally(failure -> null);
  }

  private static StoredVerdict verdict(String content, Verdict verdict, long second) {
    return new StoredVerdict(1, key(content), verdict, second, Instant.ofEpochSecond(second));
  }

  private List<Verdict> changedSince(long second) {
    return store.changedSince(1, 7, Instant.ofEpochSecond(second), 10).join().stream()
        .map(StoredVerdict::verdict)
        .toList();
  }

  private Optional<Verdict> found(String content) {
    return store.find(1, key(content)).join().map(StoredVerdict::verdict);
  }

  private static ContentKey key(String content) {
    return FakeAsker.keyOf(content.getBytes(StandardCharsets.UTF_8));
  }
}
