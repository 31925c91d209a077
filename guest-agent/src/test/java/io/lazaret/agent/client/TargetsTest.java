// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TargetsTest {
  private static final ApplianceAddress A = ApplianceAddress.parse("a:1");
  private static final ApplianceAddress B = ApplianceAddress.parse("b:1");
  private static final ApplianceAddress C = ApplianceAddress.parse("c:1");

  private static Targets targets(ClientSettings.Order order, int seed) {
    return new Targets(List.of(A, B, C), order, new Random(seed));
  }

  private static Targets.Target next(Targets targets) throws InterruptedException {
    Targets.Target next = targets.next();
    if (next == null) {
      throw new AssertionError("closed");
    }
    return next;
  }

  @Test
  void listedOnesAreTriedInTheirOrder() throws Exception {
    Targets targets = targets(ClientSettings.Order.LISTED, 1);
    for (ApplianceAddress expected : List.of(A, B, C)) {
      Targets.Target target = next(targets);
      assertEquals(expected, target.address);
      boolean all = targets.failed(target, Duration.ZERO, true);
      assertEquals(expected.equals(C), all);
    }
    assertEquals(List.of(A, B), targets.before(C));
  }

  @Test
  void spreadGuestsBeginAsOftenAtEach() throws Exception {
    Map<ApplianceAddress, Integer> begins = new HashMap<>();
    for (int guest = 0; guest < 300; guest++) {
      begins.merge(next(targets(ClientSettings.Order.SPREAD, guest)).address, 1, Integer::sum);
    }
    assertEquals(3, begins.size());
    begins.forEach((each, guests) -> assertTrue(guests > 70 && guests < 130, begins.toString()));
  }

  @Test
  void oneThatIsThereAgainNeedNotRest() throws Exception {
    Targets targets = targets(ClientSettings.Order.LISTED, 1);
    var _ = targets.failed(next(targets), Duration.ZERO, true);
    assertEquals(B, next(targets).address);
    targets.atOnce(A);
    assertEquals(A, next(targets).address);
  }

  @Test
  void nobodyWaitsForOneThatRests() throws Exception {
    Targets targets = new Targets(List.of(A, B), ClientSettings.Order.LISTED, new Random(1));
    assertFalse(targets.failed(next(targets), Duration.ZERO, true));
    Targets.Target open = next(targets);
    assertEquals(B, open.address);
    targets.connected();
    assertTrue(targets.failed(open, Duration.ofMinutes(1), false));
  }

  @Test
  void whereGuestsAreSentComesFirstAndIsForgottenWhenTheyAreSentElsewhere() {
    Targets targets = targets(ClientSettings.Order.LISTED, 1);
    ApplianceAddress sent = ApplianceAddress.parse("d:1");
    targets.prefer(List.of(sent, B));
    assertEquals(List.of(sent, B, A), targets.before(C));
    targets.prefer(List.of(C));
    assertEquals(List.of(C, B), targets.before(A));
  }
}
