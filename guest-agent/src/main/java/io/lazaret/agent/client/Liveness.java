// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

/**
 * Decides by ticks when to ask the appliance for a sign of life and when to take it for dead; ticks
 * instead of times, so that a paused guest does not blame the appliance.
 */
final class Liveness {
  /** What a tick asks for. */
  enum Step {
    NOTHING,
    PING,
    DEAD
  }

  /**
   * Silence while somebody waits, before a sign of life is asked for: that costs next to nothing.
   */
  static final int SILENT_MILLIS = 250;

  /** From there to the end. */
  static final int WAITING_MILLIS = 1000;

  /** Each wake-up costs the guest something, and while nobody asks nothing is missed. */
  private static final int TICKS_AT_REST = 8;

  private final int silentTicks;
  private final int waitingTicks;
  private final int idleTicks;
  private volatile long received;
  private long seen;
  private int silent;
  private int sincePing;
  private boolean pinged;

  Liveness(int tickMillis, int keepAliveMillis) {
    silentTicks = Math.max(1, SILENT_MILLIS / tickMillis);
    waitingTicks = Math.max(1, WAITING_MILLIS / tickMillis);
    idleTicks = Math.max(1, keepAliveMillis / 3 / tickMillis);
  }

  /** Something came from the appliance; called by the reader only. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  void received() {
    received++;
  }

  /** So many ticks have passed in which nobody waited, whoever does now. */
  Step rested(int ticks) {
    for (int i = 0; i < ticks; i++) {
      Step step = tick(false);
      if (step != Step.NOTHING) {
        return step;
      }
    }
    return Step.NOTHING;
  }

  /** How many ticks may pass at once. */
  int restTicks() {
    return Math.min(TICKS_AT_REST, idleTicks);
  }

  /** One tick has passed. */
  Step tick(boolean asksWaiting) {
    long now = received;
    sincePing++;
    if (now != seen) {
      seen = now;
      silent = 0;
      pinged = false;
    } else {
      silent++;
    }
    int patience = asksWaiting ? silentTicks : idleTicks;
    if (pinged) {
      return sincePing >= (asksWaiting ? waitingTicks : 2 * idleTicks) ? Step.DEAD : Step.NOTHING;
    }
    if (silent >= patience || sincePing >= idleTicks) {
      pinged = true;
      sincePing = 0;
      return Step.PING;
    }
    return Step.NOTHING;
  }
}
