// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.ledger.VerdictStore;
import io.lazaret.protocol.ContentKey;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A store in memory that can be broken, and that says how often it was asked. */
final class FakeStore implements VerdictStore {
  final Map<FlightKey, StoredVerdict> kept = new ConcurrentHashMap<>();
  final List<StoredVerdict> changed = new CopyOnWriteArrayList<>();
  final AtomicInteger finds = new AtomicInteger();
  final AtomicInteger urgent = new AtomicInteger();
  volatile boolean broken;
  volatile boolean full;

  /** What telling what has changed waits for; null when nothing. */
  volatile @Nullable CountDownLatch slow;

  @Override
  public CompletableFuture<Optional<StoredVerdict>> find(int domain, ContentKey content) {
    finds.incrementAndGet();
    return broken
        ? CompletableFuture.failedFuture(new IOException("broken"))
        : CompletableFuture.completedFuture(
            Optional.ofNullable(kept.get(new FlightKey(domain, content))));
  }

  @Override
  public CompletableFuture<Void> save(StoredVerdict verdict) {
    if (broken || full) {
      return CompletableFuture.failedFuture(new IOException(full ? "no space" : "broken"));
    }
    kept.put(new FlightKey(verdict.domain(), verdict.content()), verdict);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> saveNow(StoredVerdict verdict) {
    urgent.incrementAndGet();
    return save(verdict);
  }

  @Override
  public CompletableFuture<List<StoredVerdict>> changedSince(
      int domain, long guest, Instant since, int most) {
    CountDownLatch until = slow;
    if (until != null) {
      try {
        until.await();
      } catch (InterruptedException e) {
        return CompletableFuture.failedFuture(e);
      }
    }
    return CompletableFuture.completedFuture(changed.stream().limit(most).toList());
  }

  @Override
  public CompletableFuture<Void> remove(int domain, ContentKey content) {
    kept.remove(new FlightKey(domain, content));
    return CompletableFuture.completedFuture(null);
  }
}
