// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One ask that waits for a flight; it is settled exactly once. */
final class Waiter implements Ticket {
  /** What happens when a waiter is settled, whoever settles it. */
  @FunctionalInterface
  interface Settled {
    void settled(Waiter waiter, @Nullable Outcome outcome);
  }

  private final Asker asker;
  private final Ask ask;
  private final long arrivedNanos;
  private final Settled settled;
  private final AtomicBoolean done = new AtomicBoolean();
  private volatile @Nullable Flight flight;
  private volatile @Nullable Future<?> deadline;

  Waiter(Asker asker, Ask ask, long nowNanos, Settled settled) {
    this.asker = asker;
    this.ask = ask;
    this.arrivedNanos = nowNanos;
    this.settled = settled;
  }

  Asker asker() {
    return asker;
  }

  Ask ask() {
    return ask;
  }

  Lane lane() {
    return ask.access().lane();
  }

  long arrivedNanos() {
    return arrivedNanos;
  }

  boolean isDone() {
    return done.get();
  }

  /** Called by its flight, before anybody can settle it there. */
  void boards(Flight joined) {
    flight = joined;
  }

  /** The timer that will end it; cancelled when something else does. */
  void endsBy(Future<?> timer) {
    deadline = timer;
    if (done.get()) {
      timer.cancel(false);
    }
  }

  /** Gives it its final outcome, unless it has one. */
  void settle(Outcome outcome) {
    if (finish(outcome)) {
      asker.answer(ask.id(), this, outcome);
    }
  }

  @Override
  public void cancel() {
    finish(null);
  }

  private boolean finish(@Nullable Outcome outcome) {
    if (!done.compareAndSet(false, true)) {
      return false;
    }
    Future<?> timer = deadline;
    if (timer != null) {
      timer.cancel(false);
    }
    Flight joined = flight;
    if (joined != null) {
      joined.left(this);
    }
    settled.settled(this, outcome);
    return true;
  }
}
