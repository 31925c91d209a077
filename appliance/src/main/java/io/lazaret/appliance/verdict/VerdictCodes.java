// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.Verdict.Incomplete;
import io.lazaret.protocol.Verdict.Infected;
import io.lazaret.protocol.Verdict.Reason;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Small numbers for verdicts, so that a million of them need no million objects. */
final class VerdictCodes {
  /** Codes fit into so many bits. */
  static final int BITS = 18;

  /** No code is left. */
  static final int NONE = -1;

  private static final int CLEAN = 0;
  private static final int FIRST_THREAT = 32;
  private static final Verdict[] INCOMPLETE = new Verdict[FIRST_THREAT];

  static {
    for (Reason reason : Reason.values()) {
      INCOMPLETE[reason.wire()] = new Incomplete(reason);
    }
  }

  private final Map<String, Integer> codes = new ConcurrentHashMap<>();
  private final AtomicReferenceArray<Infected> threats;
  private final AtomicInteger used = new AtomicInteger();

  /**
   * @param threats how many names are known at most; verdicts with further names get no code
   */
  VerdictCodes(int threats) {
    this.threats = new AtomicReferenceArray<>(Math.min(threats, (1 << BITS) - FIRST_THREAT));
  }

  /** The verdict's code, or {@link #NONE}. */
  int codeOf(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Clean() -> CLEAN;
      case Incomplete(Reason reason) -> reason.wire();
      case Infected infected -> {
        Integer known = codes.get(infected.threat());
        yield known != null ? known : learn(infected);
      }
    };
  }

  private synchronized int learn(Infected infected) {
    Integer known = codes.get(infected.threat());
    if (known != null) {
      return known;
    }
    int index = used.get();
    if (index == threats.length()) {
      return NONE;
    }
    threats.set(index, infected);
    used.set(index + 1);
    codes.put(infected.threat(), FIRST_THREAT + index);
    return FIRST_THREAT + index;
  }

  /** The one object for this code. */
  Verdict verdictOf(int code) {
    if (code == CLEAN) {
      return Verdict.CLEAN;
    }
    return code < FIRST_THREAT ? INCOMPLETE[code] : threats.get(code - FIRST_THREAT);
  }
}
