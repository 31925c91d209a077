// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.protocol.ContentKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The verdicts that survive a restart. Work is done on the store's own bounded platform threads.
 */
public interface VerdictStore {
  /** Stands for all guests of a domain. */
  long ANY_GUEST = 0;

  /** Looks one up; completes exceptionally when the store cannot be read. */
  CompletableFuture<Optional<StoredVerdict>> find(int domain, ContentKey content);

  /**
   * Keeps one, replacing an older one of the same content; completes when it is on disk. With it,
   * in one step, is noted that the verdict changed, if it did.
   */
  CompletableFuture<Void> save(StoredVerdict verdict);

  /** The same, for somebody who is held up by it: it shares its commit with what waits already. */
  CompletableFuture<Void> saveNow(StoredVerdict verdict);

  /**
   * What this guest accessed and has another verdict since then, with its present one, newest
   * change first.
   *
   * @param guest its number, or {@link #ANY_GUEST} for what any has
   */
  CompletableFuture<List<StoredVerdict>> changedSince(
      int domain, long guest, Instant since, int most);

  /** Forgets one; completes when that is on disk. */
  CompletableFuture<Void> remove(int domain, ContentKey content);
}
