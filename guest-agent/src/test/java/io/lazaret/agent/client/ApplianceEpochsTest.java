// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class ApplianceEpochsTest {
  private final ApplianceEpochs epochs = new ApplianceEpochs();

  @Test
  void theFirstAppliancesEpochsKeepTheirNumbersAndNoOthersHaveThem() {
    assertEquals(7, epochs.number("one", 7));
    long second = epochs.number("two", 7);
    assertNotEquals(7, second);
    assertEquals(7, ApplianceEpochs.said(second));
    assertEquals(second, epochs.number("two", 7));
    assertEquals(7, epochs.number("one", 7));
  }

  @Test
  void oneThatWasForgottenGetsNewNumbers() {
    long first = epochs.number("one", 7);
    for (int i = 0; i < 64; i++) {
      epochs.number("other " + i, 7);
    }
    assertNotEquals(first, epochs.number("one", 7));
  }
}
