// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.ledger.Exposure;
import io.lazaret.appliance.ledger.Holders;
import io.lazaret.protocol.ContentHash;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Who has what, as a test says it; one page. */
final class FakeHolders implements Holders {
  final List<Exposure> exposures = new CopyOnWriteArrayList<>();
  final List<Outdated> outdated = new CopyOnWriteArrayList<>();
  final AtomicInteger sweeps = new AtomicInteger();

  @Override
  public CompletableFuture<List<Exposure>> holders(int domain, ContentHash hash, int most) {
    return CompletableFuture.completedFuture(
        exposures.stream()
            .filter(one -> one.domain() == domain && one.hash().equals(hash))
            .limit(most)
            .toList());
  }

  @Override
  public CompletableFuture<Page> outdated(long epoch, Optional<Exposure> after, int accesses) {
    sweeps.incrementAndGet();
    return CompletableFuture.completedFuture(new Page(List.copyOf(outdated), Optional.empty()));
  }

  @Override
  public boolean hasGaps(Duration within) {
    return false;
  }
}
