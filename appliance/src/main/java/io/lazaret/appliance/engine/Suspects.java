// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.ContentKey;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * The contents that were inside the engine when it broke, and have no verdict since: who asks for
 * one again after its deadline must not break the engine once more each time. Bounded.
 */
final class Suspects {
  private static final int MOST = 4_096;

  private final SequencedMap<ContentKey, Integer> breaks = new LinkedHashMap<>();

  synchronized int breaks(ContentKey content) {
    return breaks.getOrDefault(content, 0);
  }

  synchronized void note(ContentKey content, int times) {
    breaks.putLast(content, times);
    if (breaks.size() > MOST) {
      breaks.pollFirstEntry();
    }
  }

  synchronized void acquit(ContentKey content) {
    breaks.remove(content);
  }
}
