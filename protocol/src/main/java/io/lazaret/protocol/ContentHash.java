// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The SHA-256 of a whole file (FIPS 180-4), as four big-endian 64-bit words so that a million of
 * them stay small and comparable.
 */
public record ContentHash(long word0, long word1, long word2, long word3) {
  /** Length of a hash in bytes, in memory and on the wire. */
  public static final int BYTES = 32;

  private static final HexFormat HEX = HexFormat.of();

  /** Reads a hash from exactly 32 bytes. */
  public static ContentHash of(byte[] sha256) {
    if (sha256.length != BYTES) {
      throw new IllegalArgumentException(
          "hash: " + sha256.length + " bytes (expected: " + BYTES + ")");
    }
    return readFrom(ByteBuffer.wrap(sha256));
  }

  /** Takes the digest of a finished SHA-256 computation and resets it. */
  public static ContentHash of(MessageDigest sha256) {
    return of(sha256.digest());
  }

  /** Reads 64 hexadecimal digits. */
  public static ContentHash parse(String hex) {
    if (hex.length() != 2 * BYTES) {
      throw new IllegalArgumentException(
          "hash: " + hex.length() + " characters (expected: " + 2 * BYTES + " hexadecimal digits)");
    }
    return of(HEX.parseHex(hex));
  }

  /** Reads the next 32 bytes of a buffer whose order is big-endian. */
  public static ContentHash readFrom(ByteBuffer buffer) {
    return new ContentHash(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
  }

  /** Writes 32 bytes to a buffer whose order is big-endian. */
  public void writeTo(ByteBuffer buffer) {
    buffer.putLong(word0).putLong(word1).putLong(word2).putLong(word3);
  }

  /** The 32 bytes of the digest. */
  public byte[] toBytes() {
    ByteBuffer buffer = ByteBuffer.allocate(BYTES);
    writeTo(buffer);
    return buffer.array();
  }

  @Override
  public int hashCode() {
    return Long.hashCode(word0);
  }

  /** 64 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HEX.formatHex(toBytes());
  }
}
