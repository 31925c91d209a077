// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

/**
 * Why something was refused or failed: the same codes on the wire, in logs and as a metric's label.
 */
public enum Refusal {
  /** Bytes that are no frame, or a frame whose body does not follow the specification. */
  MALFORMED(1),
  /** A frame longer than the limit. */
  FRAME_TOO_LONG(2),
  /** No protocol version that both sides speak. */
  UNSUPPORTED_VERSION(3),
  /** A mandatory message of a type that this side does not know. */
  UNKNOWN_MESSAGE(4),
  /** A message that is known, but not allowed in this state of the session. */
  UNEXPECTED_MESSAGE(5),
  /** No handshake (TLS or Hello) within its time. */
  HANDSHAKE_TIMEOUT(6),
  /** TLS failed for another reason than the certificate. */
  TLS_FAILED(7),
  /** A client without a certificate asked for more than enrolment. */
  CERTIFICATE_MISSING(8),
  /** A client certificate that this appliance's authority did not issue, or that has expired. */
  CERTIFICATE_FOREIGN(9),
  /** A client certificate that was revoked. */
  CERTIFICATE_REVOKED(10),
  /** A second live session with the same certificate. */
  DUPLICATE_SESSION(11),
  /** An enrolment token that is unknown, used or expired. */
  TOKEN_INVALID(12),
  /** A certificate request that cannot be signed. */
  CSR_INVALID(13),
  /** More connections than the limit. */
  TOO_MANY_CONNECTIONS(14),
  /** More requests in flight, or a larger batch, than Welcome allowed. */
  LIMIT_EXCEEDED(15),
  /** A request id that is already in flight, or a chunk for none that is. */
  UNKNOWN_REQUEST(16),
  /** Received bytes whose length differs from what was asked about. */
  LENGTH_MISMATCH(17),
  /** Received bytes whose hash differs from what was asked about. */
  HASH_MISMATCH(18),
  /** More content bytes than the credit allowed, or not in order. */
  CREDIT_EXCEEDED(19),
  /** An upload that stopped before its end. */
  UPLOAD_STALLED(20),
  /** The guest could not send the content (changed, gone, unreadable). */
  CONTENT_UNAVAILABLE(21),
  /** Content longer than the appliance takes. */
  CONTENT_TOO_LONG(22),
  /** The deadline passed before there was a verdict. */
  DEADLINE_PASSED(23),
  /** The engine cannot be reached, or has no signatures. */
  ENGINE_UNAVAILABLE(24),
  /** The engine answered with an error. */
  ENGINE_FAILED(25),
  /** The one who asked cancelled it. */
  CANCELLED(26),
  /** This side is shutting down. */
  SHUTTING_DOWN(27),
  /** A defect on this side. */
  INTERNAL(28),
  /** No sign of life within the keep-alive time. */
  PEER_SILENT(29);

  private final int wire;

  Refusal(int wire) {
    this.wire = wire;
  }

  /** The number on the wire. */
  public int wire() {
    return wire;
  }
}
