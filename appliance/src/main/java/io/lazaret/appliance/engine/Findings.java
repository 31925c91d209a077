// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.Verdict.Reason;
import java.util.List;

/** What clamd's names for its findings mean. */
final class Findings {
  private static final String LIMITS = "Heuristics.Limits.Exceeded";
  private static final String ENCRYPTED = "Heuristics.Encrypted";

  private Findings() {}

  /** A real threat counts more than a limit that was hit. */
  static Scanner.Look verdict(List<String> names) {
    if (names.isEmpty()) {
      return new Scanner.Look.Failed("finding: none (expected: a name)");
    }
    for (String name : names) {
      if (!name.startsWith(LIMITS) && !name.startsWith(ENCRYPTED) && !name.isBlank()) {
        return new Scanner.Look.Found(new Verdict.Infected(name));
      }
    }
    return new Scanner.Look.Found(new Verdict.Incomplete(reason(names.getFirst())));
  }

  private static Reason reason(String name) {
    if (name.startsWith(ENCRYPTED)) {
      return Reason.ENCRYPTED;
    }
    String limit = name.substring(Math.min(name.length(), LIMITS.length()));
    return switch (limit.replace(".UNOFFICIAL", "")) {
      case ".MaxFileSize", ".MaxScanSize" -> Reason.SIZE_LIMIT;
      case ".MaxRecursion" -> Reason.NESTING_LIMIT;
      case ".MaxFiles" -> Reason.PART_COUNT_LIMIT;
      case ".MaxScanTime" -> Reason.TIME_LIMIT;
      default -> Reason.OTHER_LIMIT;
    };
  }
}
