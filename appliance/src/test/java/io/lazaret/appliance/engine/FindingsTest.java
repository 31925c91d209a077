// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.Verdict.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FindingsTest {
  @ParameterizedTest
  @CsvSource({
    "Heuristics.Limits.Exceeded.MaxFileSize, SIZE_LIMIT",
    "Heuristics.Limits.Exceeded.MaxScanSize, SIZE_LIMIT",
    "Heuristics.Limits.Exceeded.MaxRecursion, NESTING_LIMIT",
    "Heuristics.Limits.Exceeded.MaxFiles, PART_COUNT_LIMIT",
    "Heuristics.Limits.Exceeded.MaxScanTime, TIME_LIMIT",
    "Heuristics.Limits.Exceeded.EmailHeaders, OTHER_LIMIT",
    "Heuristics.Limits.Exceeded, OTHER_LIMIT",
    "Heuristics.Encrypted.Zip, ENCRYPTED"
  })
  void aLimitThatWasHitIsIncomplete(String name, Reason reason) {
    assertEquals(
        new Scanner.Look.Found(new Verdict.Incomplete(reason)), Findings.verdict(List.of(name)));
  }

  @Test
  void aRealThreatCountsMoreThanALimit() {
    assertEquals(
        new Scanner.Look.Found(new Verdict.Infected("Bad.Thing")),
        Findings.verdict(List.of("Heuristics.Limits.Exceeded.MaxFiles", "Bad.Thing")));
  }

  @Test
  void noNameIsNoVerdict() {
    assertInstanceOf(Scanner.Look.Failed.class, Findings.verdict(List.of()));
  }
}
