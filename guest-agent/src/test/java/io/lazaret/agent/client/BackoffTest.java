// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff = new Backoff(new Random(1));

  @Test
  void theFirstTryComesSoonAndNoneLaterThanTheLongestWait() {
    for (int i = 0; i < 1_000; i++) {
      assertTrue(backoff.after(1).compareTo(Backoff.FIRST) < 0);
      assertTrue(backoff.after(1 + i).compareTo(Backoff.LONGEST) <= 0);
      assertTrue(backoff.after(100).compareTo(Backoff.LONGEST.dividedBy(2)) >= 0);
    }
  }

  @Test
  void anApplianceThatWasAwayForFiveSecondsIsFoundAgainWithinFive() {
    for (int i = 0; i < 1_000; i++) {
      Duration tried = Duration.ZERO;
      for (int failures = 1; tried.compareTo(Duration.ofSeconds(5)) < 0; failures++) {
        tried = tried.plus(backoff.after(failures));
      }
      assertTrue(tried.compareTo(Duration.ofSeconds(10)) <= 0, tried::toString);
    }
  }
}
