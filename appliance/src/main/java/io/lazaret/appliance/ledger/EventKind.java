// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

/** What an event is about. */
public enum EventKind {
  /** A guest met an infected file. */
  DETECTION,
  /** A guest allowed an access without a verdict. */
  DEBT,
  /** A debt has a verdict now. */
  DEBT_PAID,
  /** A guest did what none of ours does: wrong bytes, a second session with its certificate. */
  GUEST_FLAGGED,
  /** A guest got its first certificate. */
  ENROLLED,
  /** An enrolment was refused. */
  ENROLMENT_REFUSED,
  /** A guest got its next certificate. */
  RENEWED,
  /** A guest was revoked. */
  REVOKED,
  /** An enrolment token was made. */
  TOKEN_CREATED,
  /** An enrolment token was revoked. */
  TOKEN_REVOKED,
  /** An operator made the appliance forget a verdict. */
  VERDICT_FORGOTTEN,
  /** A verdict that had been given turned out to be wrong. */
  VERDICT_REVOKED,
  /** An operator set a policy. */
  POLICY_SET,
  /** An operator took a policy away. */
  POLICY_REMOVED,
  /** A guest has a policy in force. */
  POLICY_IN_FORCE,
  /** A guest refused a policy. */
  POLICY_REFUSED,
  /** An operator ordered a scan. */
  SCAN_ORDERED,
  /** An operator cancelled a scan. */
  SCAN_CANCELLED,
  /** A guest finished an ordered scan. */
  SCAN_FINISHED,
  /** The engine has other signatures. */
  SIGNATURES_CHANGED,
  /** The engine stopped or came back. */
  ENGINE,
  /** The appliance started. */
  STARTED,
  /** The appliance stopped in order. */
  STOPPED
}
