// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Message;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Verdicts of older epochs that are in use, in order of use: the guest that used one is asked to
 * ask again, so that it is made again.
 */
final class Reverification {
  private static final int WANTED_AT_MOST = 100_000;
  private static final int SENT_AT_ONCE = 50;

  private record Wanted(FlightKey key, long guest, String path) {}

  private final Push push;
  private final Map<FlightKey, Boolean> known = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Wanted> queue = new ConcurrentLinkedQueue<>();

  Reverification(Push push) {
    this.push = push;
  }

  /** A guest was told this older verdict just now: it has the file. */
  void wanted(int domain, ContentKey content, long guest, String path) {
    FlightKey key = new FlightKey(domain, content);
    if (known.containsKey(key) || known.size() >= WANTED_AT_MOST) {
      return;
    }
    if (known.putIfAbsent(key, true) == null) {
      queue.add(new Wanted(key, guest, path));
    }
  }

  /** Asks guests for the next few. One that is not answered is wanted again at its next use. */
  void sendSome() {
    for (int i = 0; i < SENT_AT_ONCE; i++) {
      Wanted next = queue.poll();
      if (next == null) {
        return;
      }
      known.remove(next.key());
      push.toGuest(next.guest(), new Message.Reverify(next.key().content(), next.path()));
    }
  }

  /** How many wait. */
  int size() {
    return known.size();
  }
}
