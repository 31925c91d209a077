// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

/** The numbers of the wire format that are not a message's own. */
public final class Wire {
  /** The newest protocol version this code speaks. */
  public static final int VERSION = 1;

  /** The oldest protocol version this code speaks. */
  public static final int OLDEST_VERSION = 1;

  /** Longest frame, its header included: the plain text of one TLS record (RFC 8446, 5.1). */
  public static final int FRAME_BYTES = 16_384;

  /** Length (32 bits, of what follows it), type (8 bits) and flags (8 bits). */
  public static final int HEADER_BYTES = 6;

  /** The length field at the start of the header. */
  public static final int LENGTH_BYTES = 4;

  /** Flag: a receiver that does not know the type skips the frame. */
  public static final int OPTIONAL = 1;

  /** Most content bytes in one part. */
  public static final int CHUNK_BYTES = 16_000;

  /** Longest path, in bytes of UTF-8 (Linux's PATH_MAX). */
  public static final int PATH_BYTES = 4_096;

  /** Longest name (software, host, guest, threat, token, appliance), in bytes of UTF-8. */
  public static final int NAME_BYTES = 255;

  /** Longest explanation of a refusal, in bytes of UTF-8. */
  public static final int DETAIL_BYTES = 1_024;

  /** Most certificates in one chain. */
  public static final int CHAIN_CERTIFICATES = 8;

  private Wire() {}
}
