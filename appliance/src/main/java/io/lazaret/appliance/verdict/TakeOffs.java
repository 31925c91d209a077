// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.protocol.Lane;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Lets flights begin, a few at a time until they have read the store: guests take turns, and of one
 * guest's flights executes go first. So a thousand asks that come at once are not a thousand
 * threads and reads before the next guest's. Bounded by the asks that may wait; guarded by this
 * object's lock, flights begin outside of it.
 */
final class TakeOffs {
  /** What is to begin; it may be entered for several guests, and takes off for the first. */
  interface Departure extends Runnable {
    /** Whether it has not yet taken off; then it does. */
    boolean takesOff();

    /** We are shutting down. */
    void neverStarted();
  }

  private static final class Queue {
    private final ArrayDeque<Departure> executes = new ArrayDeque<>(2);
    private final ArrayDeque<Departure> others = new ArrayDeque<>(2);

    boolean isEmpty() {
      return executes.isEmpty() && others.isEmpty();
    }

    Departure remove() {
      return executes.isEmpty() ? others.removeFirst() : executes.removeFirst();
    }
  }

  private final int atOnce;
  private final Executor threads;
  // The first one's turn is next.
  private final LinkedHashMap<Long, Queue> guests = new LinkedHashMap<>();
  private int beginning;

  TakeOffs(int atOnce, Executor threads) {
    this.atOnce = atOnce;
    this.threads = threads;
  }

  /**
   * Lets it begin, now or when it is the guest's turn; without effect when it has begun. Each that
   * begins calls {@link #left} once.
   */
  void enter(Departure flight, long guest, Lane lane) {
    synchronized (this) {
      if (beginning >= atOnce) {
        Queue queue = guests.computeIfAbsent(guest, g -> new Queue());
        (lane == Lane.EXECUTE ? queue.executes : queue.others).addLast(flight);
        return;
      }
      if (!flight.takesOff()) {
        return;
      }
      beginning++;
    }
    begin(flight);
  }

  /** One has begun and makes room for the next. */
  void left() {
    Departure next = next();
    if (next != null) {
      begin(next);
    }
  }

  private void begin(Departure first) {
    Departure flight = first;
    while (flight != null) {
      try {
        threads.execute(flight);
        return;
      } catch (RejectedExecutionException e) {
        flight.neverStarted();
        flight = next();
      }
    }
  }

  private synchronized @Nullable Departure next() {
    Map.Entry<Long, Queue> turn;
    while ((turn = guests.pollFirstEntry()) != null) {
      Departure flight = turn.getValue().remove();
      if (!turn.getValue().isEmpty()) {
        guests.putLast(turn.getKey(), turn.getValue());
      }
      if (flight.takesOff()) {
        return flight;
      }
    }
    beginning--;
    return null;
  }
}
