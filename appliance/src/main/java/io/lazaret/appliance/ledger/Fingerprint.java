// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.util.Arrays;
import java.util.HexFormat;

/** The SHA-256 of a certificate's DER form. */
public final class Fingerprint {
  private final byte[] sha256;

  public Fingerprint(byte[] sha256) {
    if (sha256.length != 32) {
      throw new IllegalArgumentException("fingerprint: " + sha256.length + " bytes (expected: 32)");
    }
    this.sha256 = sha256.clone();
  }

  byte[] bytes() {
    return sha256.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Fingerprint that && Arrays.equals(sha256, that.sha256);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sha256);
  }

  /** 64 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(sha256);
  }
}
