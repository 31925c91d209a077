// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys with the greatest sums, in bounded memory (Misra and Gries; purged by the median, so
 * that adding costs constant time on average). Not safe for several threads.
 *
 * <p>A sum is never too large, and too small by {@link #error()} at most.
 */
final class HeavyHitters<K> {
  private final int capacity;
  private final Map<K, Entry> entries = new HashMap<>();
  private long error;
  private long total;

  HeavyHitters(int capacity) {
    this.capacity = capacity;
  }

  /**
   * @param name what people call the key; the first one given is kept
   */
  void add(K key, String name, long amount) {
    total += amount;
    Entry entry = entries.get(key);
    if (entry == null) {
      entry = new Entry(name);
      entries.put(key, entry);
    }
    entry.sum += amount;
    if (entries.size() > capacity) {
      purge();
    }
  }

  /** By how much a sum may be too small. */
  long error() {
    return error;
  }

  /** The sum of all that was added, exactly. */
  long total() {
    return total;
  }

  /** All that it knows, in no order. */
  Map<K, Hit> hits() {
    Map<K, Hit> hits = new HashMap<>();
    entries.forEach((key, entry) -> hits.put(key, new Hit(entry.name, entry.sum)));
    return hits;
  }

  private void purge() {
    List<Long> sums = new ArrayList<>(entries.values().stream().map(entry -> entry.sum).toList());
    sums.sort(Comparator.naturalOrder());
    long median = sums.get(sums.size() / 2);
    error += median;
    entries.values().removeIf(entry -> (entry.sum -= median) <= 0);
  }

  /** A key's name and sum. */
  record Hit(String name, long sum) {
    Hit plus(Hit other) {
      return new Hit(name, sum + other.sum);
    }
  }

  private static final class Entry {
    private final String name;
    private long sum;

    Entry(String name) {
      this.name = name;
    }
  }
}
