// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lazaret.agent.client.Liveness.Step;
import org.junit.jupiter.api.Test;

/** Ticks of 250 ms, run by hand. */
class LivenessTest {
  private final Liveness liveness = new Liveness(250, 60_000);

  @Test
  void aSilentApplianceIsDeadWithinOneAndAHalfSecondsWhileSomebodyWaits() {
    assertEquals(1, ticksUntil(Step.PING, true));
    assertEquals(4, ticksUntil(Step.DEAD, true));
  }

  @Test
  void anApplianceThatSpeaksIsNeverDead() {
    for (int i = 0; i < 1_000; i++) {
      liveness.received();
      assertEquals(i % 80 == 79 ? Step.PING : Step.NOTHING, liveness.tick(true), "tick " + i);
    }
  }

  @Test
  void anIdleSessionIsPingedAtAThirdOfTheLimitAndDeadAtIt() {
    assertEquals(80, ticksUntil(Step.PING, false));
    assertEquals(160, ticksUntil(Step.DEAD, false));
  }

  @Test
  void anAnsweredPingEndsTheSuspicion() {
    ticksUntil(Step.PING, true);
    liveness.received();
    assertEquals(Step.NOTHING, liveness.tick(true));
    assertEquals(1, ticksUntil(Step.PING, true));
  }

  @Test
  void whoAsksAfterARestFindsTheApplianceAsAliveAsBefore() {
    for (int i = 0; i < 5; i++) {
      assertEquals(Step.NOTHING, liveness.rested(8), "rest " + i);
    }
    assertEquals(1, ticksUntil(Step.PING, true));
    assertEquals(4, ticksUntil(Step.DEAD, true));
  }

  @Test
  void aRestIsNoLongerThanTheTimeBetweenPings() {
    assertEquals(8, liveness.restTicks());
    Liveness impatient = new Liveness(250, 1_000);
    assertEquals(1, impatient.restTicks());
    assertEquals(Step.PING, impatient.rested(1));
  }

  private int ticksUntil(Step step, boolean asksWaiting) {
    for (int ticks = 1; ticks < 1_000; ticks++) {
      if (liveness.tick(asksWaiting) == step) {
        return ticks;
      }
    }
    throw new AssertionError("never " + step);
  }
}
