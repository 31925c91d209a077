// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.ledger.VerdictStore;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Verdict;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A store that does not go back to an older answer when it cannot write the newer one: what was
 * found infected and could not be saved is remembered here, given instead of what is on disk, and
 * saved again until that succeeds.
 *
 * <p>What is here and what goes to the store is changed under this object's lock together, so that
 * an older verdict is never written after a newer one. It is bounded: when too much could not be
 * saved, no clean verdict from before that counts any more.
 */
final class UnsavedVerdicts implements VerdictStore {
  private static final int SAVED_AT_ONCE = 256;

  private final VerdictStore store;
  private final int most;
  private final SequencedMap<FlightKey, StoredVerdict> infected = new LinkedHashMap<>();
  private int beingSaved;
  // When one had to be let go of; null when none had.
  private @Nullable Instant lostAt;

  /**
   * @param most that are remembered
   */
  UnsavedVerdicts(VerdictStore store, int most) {
    this.store = store;
    this.most = most;
  }

  /** How many infected verdicts are not on disk. */
  synchronized int size() {
    return infected.size();
  }

  /** What operators have to know; empty when everything is on disk. */
  synchronized String problem() {
    if (infected.isEmpty()) {
      return "";
    }
    return infected.size() + " infected verdicts are not on disk (expected: 0); do not restart";
  }

  @Override
  public CompletableFuture<Optional<StoredVerdict>> find(int domain, ContentKey content) {
    synchronized (this) {
      StoredVerdict unsaved = infected.get(new FlightKey(domain, content));
      if (unsaved != null) {
        return CompletableFuture.completedFuture(Optional.of(unsaved));
      }
    }
    return store.find(domain, content).thenApply(found -> found.filter(this::counts));
  }

  private synchronized boolean counts(StoredVerdict found) {
    return lostAt == null
        || found.verdict() instanceof Verdict.Infected
        || found.judgedAt().isAfter(lostAt);
  }

  @Override
  public CompletableFuture<Void> save(StoredVerdict verdict) {
    CompletableFuture<Void> saving;
    synchronized (this) {
      infected.remove(keyOf(verdict));
      saving = store.save(verdict);
    }
    return saving.whenComplete((saved, failure) -> {
      if (failure != null && verdict.verdict() instanceof Verdict.Infected) {
        keep(verdict);
      }
    });
  }

  private synchronized void keep(StoredVerdict verdict) {
    infected.putLast(keyOf(verdict), verdict);
    if (infected.size() > most) {
      infected.pollFirstEntry();
      lostAt = verdict.judgedAt();
    }
  }

  /** Tries to save what is not on disk; call it every few seconds. */
  synchronized void saveAgain() {
    if (beingSaved > 0) {
      return;
    }
    List<StoredVerdict> some = infected.values().stream().limit(SAVED_AT_ONCE).toList();
    beingSaved = some.size();
    for (StoredVerdict verdict : some) {
      var _ = store.save(verdict).whenComplete((saved, failure) -> tried(verdict, failure));
    }
  }

  private synchronized void tried(StoredVerdict verdict, @Nullable Throwable failure) {
    beingSaved--;
    if (failure == null) {
      infected.remove(keyOf(verdict), verdict);
    }
  }

  /** An operator wants it scanned anew. */
  synchronized void forget(int domain, ContentKey content) {
    infected.remove(new FlightKey(domain, content));
  }

  @Override
  public CompletableFuture<List<StoredVerdict>> changedSince(
      int domain, long guest, Instant since, int atMost) {
    return store.changedSince(domain, guest, since, atMost);
  }

  @Override
  public CompletableFuture<Void> remove(int domain, ContentKey content) {
    synchronized (this) {
      infected.remove(new FlightKey(domain, content));
      return store.remove(domain, content);
    }
  }

  private static FlightKey keyOf(StoredVerdict verdict) {
    return new FlightKey(verdict.domain(), verdict.content());
  }
}
