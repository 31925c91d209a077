// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.ledger.VerdictReserve;
import io.lazaret.appliance.ledger.VerdictStore;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Verdict;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A store that does not go back to an older answer when it cannot write the newer one: what was
 * found infected and could not be saved is remembered here and in the reserve, which survives a
 * crash, given instead of what is in the store, and saved again until that succeeds.
 *
 * <p>What is here and what goes to the store is changed under this object's lock together, so that
 * an older verdict is never written after a newer one. It is bounded: when too much could not be
 * saved, no clean verdict from before that counts any more.
 */
final class UnsavedVerdicts implements VerdictStore {
  private static final int SAVED_AT_ONCE = 256;

  private final VerdictStore store;
  private final VerdictReserve reserve;
  private final int most;
  private final SequencedMap<FlightKey, StoredVerdict> infected = new LinkedHashMap<>();
  private int beingSaved;
  // When one had to be let go of; null when none had.
  private @Nullable Instant lostAt;

  /**
   * @param reserve has what an earlier run could not save
   * @param most that are remembered
   */
  UnsavedVerdicts(VerdictStore store, VerdictReserve reserve, int most) {
    this.store = store;
    this.reserve = reserve;
    this.most = most;
    this.lostAt = reserve.lostAt().orElse(null);
    reserve.found().forEach(verdict -> infected.put(keyOf(verdict), verdict));
  }

  /** How many infected verdicts are not in the store. */
  synchronized int size() {
    return infected.size();
  }

  /** What operators have to know; empty when everything is on disk. */
  synchronized String problem() {
    if (infected.isEmpty()) {
      return "";
    }
    int nowhere = Math.max(0, infected.size() - reserve.size());
    return infected.size()
        + " infected verdicts are not in the ledger (expected: 0)"
        + (nowhere == 0 ? "" : "; do not restart: " + nowhere + " are in memory only");
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
    return save(verdict, () -> store.save(verdict));
  }

  @Override
  public CompletableFuture<Void> saveNow(StoredVerdict verdict) {
    return save(verdict, () -> store.saveNow(verdict));
  }

  private CompletableFuture<Void> save(
      StoredVerdict verdict, Supplier<CompletableFuture<Void>> save) {
    CompletableFuture<Void> saving;
    synchronized (this) {
      infected.remove(keyOf(verdict)); // or it could be written after this one
      if (!(verdict.verdict() instanceof Verdict.Infected)) {
        reserve.remove(verdict.domain(), verdict.content());
      }
      saving = save.get();
    }
    return saving.whenComplete((saved, failure) -> {
      if (verdict.verdict() instanceof Verdict.Infected) {
        savedOrKept(verdict, failure);
      }
    });
  }

  private synchronized void savedOrKept(StoredVerdict verdict, @Nullable Throwable failure) {
    if (failure != null) {
      keep(verdict);
    } else if (!infected.containsKey(keyOf(verdict))) {
      reserve.remove(verdict.domain(), verdict.content());
    }
  }

  private void keep(StoredVerdict verdict) {
    infected.putLast(keyOf(verdict), verdict);
    if (infected.size() > most) {
      drop(infected.firstEntry().getKey());
      lostAt = verdict.judgedAt();
      reserve.lost(verdict.judgedAt());
    }
    reserve.put(verdict);
  }

  private void drop(FlightKey key) {
    infected.remove(key);
    reserve.remove(key.domain(), key.content());
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
    if (failure == null && verdict.equals(infected.get(keyOf(verdict)))) {
      drop(keyOf(verdict));
    }
  }

  /** An operator wants it scanned anew. */
  synchronized void forget(int domain, ContentKey content) {
    drop(new FlightKey(domain, content));
  }

  /** What could not be saved is told to every guest of its domain: who has it is not asked. */
  @Override
  public CompletableFuture<List<StoredVerdict>> changedSince(
      int domain, long guest, Instant since, int atMost) {
    List<StoredVerdict> unsaved;
    synchronized (this) {
      unsaved =
          infected.values().stream()
              .filter(one -> one.domain() == domain && !one.judgedAt().isBefore(since))
              .sorted(Comparator.comparing(StoredVerdict::judgedAt).reversed())
              .toList();
    }
    return store
        .changedSince(domain, guest, since, atMost)
        .thenApply(saved -> newest(unsaved, saved, atMost));
  }

  private static List<StoredVerdict> newest(
      List<StoredVerdict> unsaved, List<StoredVerdict> saved, int atMost) {
    Set<FlightKey> known = unsaved.stream().map(UnsavedVerdicts::keyOf).collect(Collectors.toSet());
    return Stream.concat(
            unsaved.stream(), saved.stream().filter(one -> !known.contains(keyOf(one))))
        .limit(atMost)
        .toList();
  }

  @Override
  public CompletableFuture<Void> remove(int domain, ContentKey content) {
    synchronized (this) {
      drop(new FlightKey(domain, content));
      return store.remove(domain, content);
    }
  }

  private static FlightKey keyOf(StoredVerdict verdict) {
    return new FlightKey(verdict.domain(), verdict.content());
  }
}
