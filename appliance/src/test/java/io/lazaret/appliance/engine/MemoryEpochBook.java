// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.util.HashMap;
import java.util.Map;

/** An epoch book that forgets with the process. */
public final class MemoryEpochBook implements EpochBook {
  private final Map<String, Long> numbers = new HashMap<>();

  @Override
  public synchronized long numberOf(String state) {
    return numbers.computeIfAbsent(state, s -> numbers.size() + 1L);
  }
}
