// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.time.Instant;
import java.util.Set;

/**
 * Which events to list, newest first.
 *
 * @param kinds none for all
 * @param guest 0 for all
 * @param since at or after this
 * @param before only events with a lower number, to page; {@link Long#MAX_VALUE} for the newest
 * @param limit at most this many
 */
public record EventQuery(Set<EventKind> kinds, long guest, Instant since, long before, int limit) {
  /** The most events that one query gives. */
  public static final int MOST = 10_000;

  public EventQuery {
    kinds = Set.copyOf(kinds);
    if (limit < 1 || limit > MOST) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: 1 to " + MOST + ")");
    }
  }

  /** The newest events of all kinds and guests. */
  public static EventQuery newest(int limit) {
    return new EventQuery(Set.of(), 0, Instant.EPOCH, Long.MAX_VALUE, limit);
  }
}
