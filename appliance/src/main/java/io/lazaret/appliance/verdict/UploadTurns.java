// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * How many contents one guest sends at once: further flights wait for their turn, in order. Guarded
 * by this object's lock; turns come outside of it.
 */
final class UploadTurns {
  /** A turn that comes, or has come; to be given back in any case. */
  final class Turn implements AutoCloseable {
    private final long guest;
    private final CompletableFuture<Boolean> came = new CompletableFuture<>();

    private Turn(long guest) {
      this.guest = guest;
    }

    /** Completes with true when it has come, with false when it was given up before. */
    CompletableFuture<Boolean> came() {
      return came;
    }

    /** It is not wanted any more. */
    void giveUp() {
      came.complete(false);
    }

    @Override
    public void close() {
      giveUp();
      end(this);
    }
  }

  private static final class Queue {
    private final ArrayDeque<Turn> waiting = new ArrayDeque<>(2);
    private int running;
  }

  private final int perGuest;
  private final Map<Long, Queue> guests = new HashMap<>();

  UploadTurns(int perGuest) {
    this.perGuest = perGuest;
  }

  /** Takes a place in the guest's queue. */
  Turn take(long guest) {
    Turn turn = new Turn(guest);
    synchronized (this) {
      Queue queue = guests.computeIfAbsent(guest, g -> new Queue());
      if (queue.running >= perGuest) {
        queue.waiting.addLast(turn);
        return turn;
      }
      queue.running++;
    }
    turn.came.complete(true);
    return turn;
  }

  /** Whether a turn of this guest would come at once. */
  synchronized boolean isFree(long guest) {
    Queue queue = guests.get(guest);
    return queue == null || queue.running < perGuest;
  }

  /** Turns that have not come. */
  synchronized int waiting() {
    return guests.values().stream().mapToInt(queue -> queue.waiting.size()).sum();
  }

  private void end(Turn turn) {
    while (true) {
      Turn next;
      synchronized (this) {
        Queue queue = guests.get(turn.guest);
        if (queue == null || queue.waiting.remove(turn)) {
          return; // it never came
        }
        next = queue.waiting.pollFirst();
        if (next == null) {
          if (--queue.running == 0) {
            guests.remove(turn.guest);
          }
          return;
        }
      }
      if (next.came.complete(true)) {
        return;
      }
      // It was given up, and will find itself gone from the queue: the place is the next one's.
      turn = next;
    }
  }
}
