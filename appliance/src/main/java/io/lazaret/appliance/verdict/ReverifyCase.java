// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** One content that is to be looked at again; guarded by the lock of its {@link Reverification}. */
final class ReverifyCase {
  /** A guest that has it. */
  record Holder(long guest, String path) {}

  private final FlightKey key;
  private final long owner;
  final Deque<Holder> next = new ArrayDeque<>();
  final Set<Long> tried = new HashSet<>();
  boolean ledgerAsked;
  // The guest that is asked, until when.
  long guest;
  long untilNanos;

  ReverifyCase(FlightKey key, long guest, String path) {
    this.key = key;
    this.owner = guest;
    next.add(new Holder(guest, path));
  }

  FlightKey key() {
    return key;
  }

  /** The guest in whose share it waits. */
  long owner() {
    return owner;
  }
}
