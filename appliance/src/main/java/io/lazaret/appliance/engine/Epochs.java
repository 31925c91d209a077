// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.util.concurrent.ConcurrentHashMap;

/**
 * The number of the engine state that answers. Outside a reload nothing but us changes that state,
 * so it is known; inside one only the canary tells.
 */
final class Epochs {
  /**
   * What is known now.
   *
   * @param settled whether every answer of that run is under that epoch
   */
  record Window(long run, boolean settled, String version, long generation, long epoch) {}

  private final EpochBook book;
  private final String limits;
  private final ConcurrentHashMap<Long, String> sets = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Long> numbers = new ConcurrentHashMap<>();
  private volatile Window window = new Window(0, false, "", 0, 0);

  Epochs(EpochBook book, String limits) {
    this.book = book;
    this.limits = limits;
  }

  Window window() {
    return window;
  }

  /** Names the contents of a generation, before any engine may load it. */
  void know(long generation, String fingerprint) {
    sets.put(generation, fingerprint);
  }

  /** From now on that run of the engine answers under that generation only. */
  void settle(long run, String version, long generation) {
    window = new Window(run, true, version, generation, numberOf(version, generation));
  }

  /** From now on the generation may change under our hands; call it before that begins. */
  synchronized void unsettle() {
    Window w = window;
    window = new Window(w.run(), false, w.version(), w.generation(), w.epoch());
  }

  /** The epoch of a generation that the canary has named. */
  long numberOf(String version, long generation) {
    String set = sets.getOrDefault(generation, "unknown");
    String state = release(version) + "|" + generation + ":" + set + "|" + limits;
    return numbers.computeIfAbsent(state, book::numberOf);
  }

  /** {@code ClamAV 1.4.6/27000/Mon ...}: what follows the release is about one database only. */
  private static String release(String version) {
    int slash = version.indexOf('/');
    return slash < 0 ? version : version.substring(0, slash);
  }
}
