// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is given while the disk is full, and what is on it afterwards. */
final class UnsavedVerdictsTest {
  private static final Verdict INFECTED = new Verdict.Infected("Bad.Thing");

  private final FakeStore disk = new FakeStore();
  private final UnsavedVerdicts store = new UnsavedVerdicts(disk, 2);

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
    var _ =
        store
            .save(
                new StoredVerdict(1, key(content), verdict, second, Instant.ofEpochSecond(second)))
            .exceptionally(failure -> null);
  }

  private Optional<Verdict> found(String content) {
    return store.find(1, key(content)).join().map(StoredVerdict::verdict);
  }

  private static ContentKey key(String content) {
    return FakeAsker.keyOf(content.getBytes(StandardCharsets.UTF_8));
  }
}
