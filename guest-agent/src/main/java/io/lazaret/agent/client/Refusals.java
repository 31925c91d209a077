// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Report.DebtReason;

/** What a refused ask is counted as. */
final class Refusals {
  private Refusals() {}

  static DebtReason debtReason(Refusal code) {
    return switch (code) {
      case CONTENT_TOO_LONG -> DebtReason.TOO_LARGE;
      case DEADLINE_PASSED -> DebtReason.DEADLINE;
      case LENGTH_MISMATCH, HASH_MISMATCH, CONTENT_UNAVAILABLE -> DebtReason.UNREADABLE;
      case LIMIT_EXCEEDED, TOO_MANY_CONNECTIONS, UPLOAD_STALLED, CREDIT_EXCEEDED ->
          DebtReason.OVERLOAD;
      case ENGINE_UNAVAILABLE, ENGINE_FAILED, INTERNAL -> DebtReason.ENGINE;
      case MALFORMED,
          FRAME_TOO_LONG,
          UNSUPPORTED_VERSION,
          UNKNOWN_MESSAGE,
          UNEXPECTED_MESSAGE,
          HANDSHAKE_TIMEOUT,
          TLS_FAILED,
          CERTIFICATE_MISSING,
          CERTIFICATE_FOREIGN,
          CERTIFICATE_REVOKED,
          DUPLICATE_SESSION,
          TOKEN_INVALID,
          CSR_INVALID,
          UNKNOWN_REQUEST,
          CANCELLED,
          SHUTTING_DOWN,
          PEER_SILENT ->
          DebtReason.APPLIANCE_AWAY;
    };
  }
}
