// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Says who of those that wait for one content sends it; on any thread. */
final class Senders {
  private final UploadTurns turns;
  // Guests that had their turn and let others wait; usually none. Replaced as a whole.
  private volatile Set<Long> overtaken = Set.of();

  Senders(UploadTurns turns) {
    this.turns = turns;
  }

  /** Whether this one could send at once. */
  boolean isFree(Waiter waiter) {
    return !isOvertaken(waiter) && turns.isFree(guestOf(waiter), waiter.lane());
  }

  /** Whether somebody else than this one's guest could send at once. */
  boolean couldAnotherSend(List<Waiter> waiting, Waiter than) {
    return waiting.stream().anyMatch(waiter -> guestOf(waiter) != guestOf(than) && isFree(waiter));
  }

  /**
   * The one who has waited longest among those who may send at once, else among those whose turn
   * will come; empty when all have lost theirs.
   *
   * @param waiting in order of arrival
   */
  Optional<Waiter> choose(List<Waiter> waiting) {
    List<Waiter> able = waiting.stream().filter(waiter -> !isOvertaken(waiter)).toList();
    return able.stream().filter(this::isFree).findFirst().or(() -> able.stream().findFirst());
  }

  /** This one's guest let others wait; it does not send this content any more. */
  synchronized void overtake(Waiter slow) {
    Set<Long> more = new HashSet<>(overtaken);
    more.add(guestOf(slow));
    overtaken = Set.copyOf(more);
  }

  private boolean isOvertaken(Waiter waiter) {
    return overtaken.contains(guestOf(waiter));
  }

  private static long guestOf(Waiter waiter) {
    return waiter.asker().guest().id();
  }
}
