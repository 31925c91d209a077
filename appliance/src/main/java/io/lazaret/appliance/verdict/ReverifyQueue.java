// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Contents that wait to be looked at again: each guest's in their order, and one of each guest in
 * turn, so that nobody's many hold up another's few. Not safe for threads.
 */
final class ReverifyQueue {
  private final Map<FlightKey, ReverifyCase> cases = new HashMap<>();
  // The guest whose turn it is comes first.
  private final LinkedHashMap<Long, LinkedHashMap<FlightKey, ReverifyCase>> guests =
      new LinkedHashMap<>();

  @Nullable ReverifyCase find(FlightKey key) {
    return cases.get(key);
  }

  void add(ReverifyCase one) {
    cases.put(one.key(), one);
    guests.computeIfAbsent(one.owner(), guest -> new LinkedHashMap<>()).put(one.key(), one);
  }

  boolean remove(FlightKey key) {
    ReverifyCase one = cases.remove(key);
    if (one == null) {
      return false;
    }
    LinkedHashMap<FlightKey, ReverifyCase> queue = guests.get(one.owner());
    if (queue != null && queue.remove(key) != null && queue.isEmpty()) {
      guests.remove(one.owner());
    }
    return true;
  }

  /** The first of the guest whose turn it is among those who may. */
  @Nullable ReverifyCase poll(LongPredicate may) {
    Long guest = guests.keySet().stream().filter(may::test).findFirst().orElse(null);
    if (guest == null) {
      return null;
    }
    LinkedHashMap<FlightKey, ReverifyCase> queue = guests.remove(guest);
    if (queue == null) {
      return null;
    }
    var first = queue.pollFirstEntry();
    if (!queue.isEmpty()) {
      guests.put(guest, queue); // at the end
    }
    cases.remove(first.getKey());
    return first.getValue();
  }

  void clear() {
    cases.clear();
    guests.clear();
  }

  int size() {
    return cases.size();
  }

  int sizeOf(long guest) {
    LinkedHashMap<FlightKey, ReverifyCase> queue = guests.get(guest);
    return queue == null ? 0 : queue.size();
  }

  /** How many the guest with most has. */
  int most() {
    return guests.values().stream().mapToInt(Map::size).max().orElse(0);
  }
}
