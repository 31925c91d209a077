// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Verdict;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every {@link VerdictStore} must do; a class per implementation extends it. */
abstract class VerdictStoreContract {
  private static final Instant AT = Instant.ofEpochMilli(1_790_000_000_123L);

  /** The store under test, empty. */
  abstract VerdictStore store();

  /** The same store after its process ended and started again. */
  abstract VerdictStore reopened();

  @Test
  void whatWasSavedIsFound() {
    for (Verdict verdict :
        new Verdict[] {
          Verdict.CLEAN,
          new Verdict.Infected("Eicar-Test-Signature.UNOFFICIAL"),
          new Verdict.Incomplete(Verdict.Reason.NESTING_LIMIT)
        }) {
      StoredVerdict saved = new StoredVerdict(3, key(7), verdict, 42, AT);
      store().save(saved).join();
      assertEquals(Optional.of(saved), store().find(3, key(7)).join());
    }
  }

  @Test
  void whatWasSavedIsFoundAfterARestart() {
    StoredVerdict saved = new StoredVerdict(1, key(1), new Verdict.Infected("Bad"), 2, AT);
    store().save(saved).join();
    assertEquals(Optional.of(saved), reopened().find(1, key(1)).join());
  }

  @Test
  void aLaterVerdictReplacesTheEarlierOne() {
    store().save(new StoredVerdict(1, key(1), new Verdict.Infected("A"), 1, AT)).join();
    StoredVerdict later = new StoredVerdict(1, key(1), Verdict.CLEAN, 2, AT.plusSeconds(1));
    store().save(later).join();
    assertEquals(Optional.of(later), store().find(1, key(1)).join());
  }

  @Test
  void domainAndLengthKeepVerdictsApart() {
    store().save(new StoredVerdict(1, key(1), Verdict.CLEAN, 1, AT)).join();
    assertEquals(Optional.empty(), store().find(2, key(1)).join());
    ContentKey longer = new ContentKey(key(1).hash(), key(1).length() + 1);
    assertEquals(Optional.empty(), store().find(1, longer).join());
  }

  @Test
  void whatWasRemovedIsGone() {
    store().save(new StoredVerdict(1, key(1), Verdict.CLEAN, 1, AT)).join();
    store().remove(1, key(1)).join();
    assertEquals(Optional.empty(), store().find(1, key(1)).join());
    store().remove(1, key(1)).join();
  }

  static ContentKey key(long number) {
    return new ContentKey(new ContentHash(number, -number, ~number, number << 32), number);
  }
}
