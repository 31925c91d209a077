// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenFiguresTest {
  @Test
  void percentilesAreRanksOfTheSortedTimes() {
    long[] nanos = new long[200];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = 200L - i;
    }
    OpenFigures figures = OpenFigures.of(nanos, new int[200], 150, 1_000_000_000);

    assertEquals(100, figures.p50());
    assertEquals(198, figures.p99());
    assertEquals(200, figures.max());
    assertEquals(50, figures.over());
    assertEquals(200, figures.perSecond());
  }

  @Test
  void deniedOpensAreCountedApartFromFailures() {
    OpenFigures figures =
        OpenFigures.of(new long[] {1, 2, 3, 4}, new int[] {0, 1, 2, 2}, Long.MAX_VALUE, 1);

    assertEquals(1, figures.denied());
    assertEquals(2, figures.failed());
    assertEquals(Map.of(2, 2), figures.errors());
  }

  @Test
  void noOpenGivesNoFigures() {
    assertThrows(
        IllegalArgumentException.class, () -> OpenFigures.of(new long[0], new int[0], 1, 1));
  }
}
