// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Lane;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides which lane is next: the most urgent that has work, except that a lane which was passed
 * over too often gets one turn. Between two such turns a more urgent lane that has work gets three,
 * so that an execute waits for one of them at most, also when other guests' executes go first.
 */
final class LaneTurns {
  /** How often a lane with work is passed over before it gets a turn. */
  private static final Map<Lane, Integer> PATIENCE =
      new EnumMap<>(
          Map.of(
              Lane.EXECUTE, Integer.MAX_VALUE,
              Lane.OPEN, 8,
              Lane.WRITTEN, 16,
              Lane.ON_DEMAND, 32,
              Lane.RESCAN, 64));

  private static final int BETWEEN_LATE_TURNS = 3;

  private final Map<Lane, Integer> passedOver = new EnumMap<>(Lane.class);
  private int sinceLate = BETWEEN_LATE_TURNS;

  /** The next lane among those that have work, or null when none has. */
  @Nullable Lane next(Predicate<Lane> hasWork) {
    Lane urgent = null;
    Lane late = null;
    for (Lane lane : Lane.values()) {
      if (hasWork.test(lane)) {
        if (urgent == null) {
          urgent = lane;
        } else if (late == null && passed(lane) >= patience(lane)) {
          late = lane;
        }
      } else {
        passedOver.remove(lane);
      }
    }
    if (urgent == null) {
      return null;
    }
    Lane chosen = late != null && sinceLate >= BETWEEN_LATE_TURNS ? late : urgent;
    sinceLate = chosen == urgent ? Math.min(sinceLate + 1, BETWEEN_LATE_TURNS) : 0;
    for (Lane lane : Lane.values()) {
      if (lane != chosen && hasWork.test(lane)) {
        passedOver.merge(lane, 1, Integer::sum);
      }
    }
    passedOver.remove(chosen);
    return chosen;
  }

  private int passed(Lane lane) {
    return passedOver.getOrDefault(lane, 0);
  }

  private static int patience(Lane lane) {
    return PATIENCE.getOrDefault(lane, Integer.MAX_VALUE);
  }
}
