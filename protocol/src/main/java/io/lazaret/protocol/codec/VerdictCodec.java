// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.Verdict.Clean;
import io.lazaret.protocol.Verdict.Incomplete;
import io.lazaret.protocol.Verdict.Infected;
import io.lazaret.protocol.Verdict.Reason;
import java.nio.ByteBuffer;

/** A verdict inside answers, revocations and reports. */
final class VerdictCodec {
  private static final int CLEAN = 1;
  private static final int INFECTED = 2;
  private static final int INCOMPLETE = 3;

  private static final WireEnum<Reason> REASONS =
      new WireEnum<>("reason", Reason.values(), Reason::wire);

  private VerdictCodec() {}

  static void encode(Verdict verdict, ByteBuffer out) {
    switch (verdict) {
      case Clean() -> out.put((byte) CLEAN);
      case Infected(String threat) -> {
        out.put((byte) INFECTED);
        Text.put(out, threat, Wire.NAME_BYTES);
      }
      case Incomplete(Reason reason) -> {
        out.put((byte) INCOMPLETE);
        out.put((byte) reason.wire());
      }
    }
  }

  static Verdict decode(ByteBuffer in) throws ProtocolException {
    int kind = in.get();
    return switch (kind) {
      case CLEAN -> Verdict.CLEAN;
      case INFECTED -> new Infected(Text.read(in, Wire.NAME_BYTES));
      case INCOMPLETE -> new Incomplete(REASONS.readOr(in, Reason.OTHER_LIMIT));
      default -> throw ProtocolException.malformed("verdict: " + kind + " (expected: 1 to 3)");
    };
  }

  static int size(Verdict verdict) {
    return switch (verdict) {
      case Clean() -> 1;
      case Infected(String threat) -> 1 + Text.size(threat, Wire.NAME_BYTES);
      case Incomplete(_) -> 2;
    };
  }
}
