// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Which engine states' verdicts still count: the present one's, and older ones' within grace. */
public final class Epochs {
  private static final int MOST_OLDER = 64;

  private final LongSupplier nanoTime;

  /** The one left first goes first: numbers of two appliances' epochs have no order. */
  private final Map<Long, Long> graceEnds = new LinkedHashMap<>();

  private long present;

  /**
   * Knows none yet.
   *
   * @param nanoTime a monotonic clock in ns
   */
  public Epochs(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * The engine state changed: what was made under the one before counts so long. Said again of the
   * present one, older ones count no longer than that.
   */
  public synchronized void changed(long epoch, long graceSeconds) {
    if (epoch == present) {
      long end = nanoTime.getAsLong() + TimeUnit.SECONDS.toNanos(graceSeconds);
      graceEnds.replaceAll((older, before) -> before - end < 0 ? before : end);
      return;
    }
    if (present != 0) {
      graceEnds.put(present, nanoTime.getAsLong() + TimeUnit.SECONDS.toNanos(graceSeconds));
    }
    graceEnds.remove(epoch);
    if (graceEnds.size() > MOST_OLDER) {
      graceEnds.remove(graceEnds.keySet().iterator().next());
    }
    present = epoch;
  }

  /** The present engine state, 0 when it is not known yet. */
  public synchronized long present() {
    return present;
  }

  /** Whether this is the present engine state, which is known. */
  synchronized boolean isPresent(long epoch) {
    return present != 0 && epoch == present;
  }

  /** Whether a verdict made under this engine state counts now. */
  synchronized boolean counts(long epoch) {
    if (epoch == present || present == 0) {
      return true;
    }
    Long end = graceEnds.get(epoch);
    return end != null && nanoTime.getAsLong() - end < 0;
  }
}
