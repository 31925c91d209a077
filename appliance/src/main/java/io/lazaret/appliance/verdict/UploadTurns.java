// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.protocol.Lane;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * How many contents of one guest and lane are sent and scanned at once: further flights wait for
 * their turn, in order. Guarded by this object's lock; turns come outside of it.
 */
final class UploadTurns {
  /** A turn that comes, or has come; to be given back in any case. */
  final class Turn implements AutoCloseable {
    private final Key key;
    private final CompletableFuture<Boolean> came = new CompletableFuture<>();
    private boolean over;

    private Turn(Key key) {
      this.key = key;
    }

    /** Completes with true when it has come, with false when it was given up before. */
    CompletableFuture<Boolean> came() {
      return came;
    }

    /** It is not wanted any more. */
    void giveUp() {
      came.complete(false);
    }

    /** Safe to call again. */
    @Override
    public void close() {
      giveUp();
      end(this);
    }
  }

  private record Key(long guest, Lane lane) {}

  private static final class Queue {
    private final ArrayDeque<Turn> waiting = new ArrayDeque<>(2);
    private int running;
  }

  private final int perGuest;
  private final Map<Key, Queue> queues = new HashMap<>();

  UploadTurns(int perGuest) {
    this.perGuest = perGuest;
  }

  /** Takes a place in the guest's queue of this lane. */
  Turn take(long guest, Lane lane) {
    Turn turn = new Turn(new Key(guest, lane));
    synchronized (this) {
      Queue queue = queues.computeIfAbsent(turn.key, k -> new Queue());
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
  synchronized boolean isFree(long guest, Lane lane) {
    Queue queue = queues.get(new Key(guest, lane));
    return queue == null || queue.running < perGuest;
  }

  /** Turns that have not come. */
  synchronized int waiting() {
    return queues.values().stream().mapToInt(queue -> queue.waiting.size()).sum();
  }

  private void end(Turn turn) {
    while (true) {
      Turn next;
      synchronized (this) {
        Queue queue = queues.get(turn.key);
        if (turn.over || queue == null) {
          return;
        }
        turn.over = true;
        if (queue.waiting.remove(turn)) {
          return; // it never came
        }
        next = queue.waiting.pollFirst();
        if (next == null) {
          if (--queue.running == 0) {
            queues.remove(turn.key);
          }
          return;
        }
      }
      if (next.came.complete(true)) {
        return;
      }
      // It was given up: the place is the next one's.
      turn = next;
    }
  }
}
