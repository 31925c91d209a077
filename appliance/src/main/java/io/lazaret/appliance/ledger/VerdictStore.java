// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.protocol.ContentKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The verdicts that survive a restart. Work is done on the store's own bounded platform threads.
 */
public interface VerdictStore {
  /** Looks one up; completes exceptionally when the store cannot be read. */
  CompletableFuture<Optional<StoredVerdict>> find(int domain, ContentKey content);

  /** Keeps one, replacing an older one of the same content; completes when it is on disk. */
  CompletableFuture<Void> save(StoredVerdict verdict);

  /** Forgets one; completes when that is on disk. */
  CompletableFuture<Void> remove(int domain, ContentKey content);
}
