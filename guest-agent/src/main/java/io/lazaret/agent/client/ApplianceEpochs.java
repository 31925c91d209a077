// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * This guest's own numbers for engine states: an epoch means something together with the appliance
 * that said it only. The first appliance's keep the numbers it gave them.
 */
public final class ApplianceEpochs {
  private static final int MOST_APPLIANCES = 64;
  private static final int EPOCH_BITS = 48;
  private static final int MOST_NUMBERS = 1 << (Long.SIZE - 1 - EPOCH_BITS);

  /** One that is forgotten gets a new number when it is met again, so nothing of it counts. */
  private final Map<String, Integer> appliances = new LinkedHashMap<>();

  private int next;

  /** The number of an appliance's epoch. */
  synchronized long number(String appliance, long epoch) {
    Integer known = appliances.get(appliance);
    if (known == null) {
      if (appliances.size() == MOST_APPLIANCES) {
        appliances.remove(appliances.keySet().iterator().next());
      }
      known = next;
      next = (next + 1) % MOST_NUMBERS;
      appliances.put(appliance, known);
    }
    return (long) known << EPOCH_BITS | said(epoch);
  }

  /** What the appliance itself calls an epoch of this number. */
  public static long said(long number) {
    return number & ((1L << EPOCH_BITS) - 1);
  }
}
