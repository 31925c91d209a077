// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.agent.decision.Decision.Why;
import io.lazaret.protocol.Lane;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Accesses of one unchanged file at one time share one judgement; bounded by the accesses that are
 * being decided. An urgent access does not wait for a background one.
 */
final class Flights {
  /** Finds out. */
  @FunctionalInterface
  interface Work {
    Judgement judge() throws InterruptedException;
  }

  private record Key(FileIdentity identity, boolean urgent) {}

  /** Empty: the one who led gave up, another has to lead. */
  private final ConcurrentMap<Key, CompletableFuture<Optional<Judgement>>> flying =
      new ConcurrentHashMap<>();

  Judgement share(ObservedAccess access, Work work, Runnable joined) throws InterruptedException {
    boolean urgent = access.lane() == Lane.EXECUTE || access.lane() == Lane.OPEN;
    Key key = new Key(access.identity(), urgent);
    while (true) {
      CompletableFuture<Optional<Judgement>> mine = new CompletableFuture<>();
      CompletableFuture<Optional<Judgement>> theirs = flying.putIfAbsent(key, mine);
      if (theirs == null) {
        return lead(key, mine, work);
      }
      joined.run();
      try {
        Optional<Judgement> shared =
            theirs.get(access.workDeadlineNanos() - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (shared.isPresent()) {
          return shared.get();
        }
      } catch (TimeoutException e) {
        return new Judgement.None(Why.DEADLINE);
      } catch (ExecutionException e) {
        throw new IllegalStateException("flights never fail, they land empty", e);
      }
    }
  }

  private Judgement lead(Key key, CompletableFuture<Optional<Judgement>> mine, Work work)
      throws InterruptedException {
    Optional<Judgement> result = Optional.empty();
    try {
      Judgement judgement = work.judge();
      boolean onlyMine =
          judgement instanceof Judgement.None none
              && (none.why() == Why.DEADLINE || none.why() == Why.UNREADABLE);
      result = onlyMine ? Optional.empty() : Optional.of(judgement);
      return judgement;
    } finally {
      flying.remove(key, mine);
      mine.complete(result);
    }
  }
}
