// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

/**
 * An optional part of the protocol; both sides name theirs in the handshake, what both have is in
 * force.
 */
public enum Capability {
  /** The appliance may push revoked verdicts. */
  REVOCATION(0),
  /** The guest sends reports, the appliance acknowledges them. */
  REPORTS(1),
  /** The appliance may push policy. */
  POLICY(2),
  /** The appliance may order scans and re-verifications. */
  SCAN_ORDERS(3),
  /** The appliance may send the guest elsewhere. */
  DRAIN(4),
  /** The guest may renew its certificate on the connection. */
  RENEWAL(5);

  private final int bit;

  Capability(int bit) {
    this.bit = bit;
  }

  /** Number of the bit in the 64-bit set on the wire. */
  public int bit() {
    return bit;
  }
}
