// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The little of DER (X.690) that a certificate request needs. */
final class Der {
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int OBJECT_IDENTIFIER = 0x06;
  private static final int UTF8_STRING = 0x0C;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int CONTEXT_0 = 0xA0;

  private Der() {}

  static byte[] sequence(byte[]... elements) {
    return element(SEQUENCE, elements);
  }

  static byte[] set(byte[]... elements) {
    return element(SET, elements);
  }

  static byte[] context0(byte[]... elements) {
    return element(CONTEXT_0, elements);
  }

  /** A number from 0 to 127. */
  static byte[] smallInteger(int value) {
    return element(INTEGER, new byte[] {(byte) value});
  }

  static byte[] utf8String(String text) {
    return element(UTF8_STRING, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] bitString(byte[] bytes) {
    return element(BIT_STRING, new byte[] {0}, bytes);
  }

  /** The numbers of an object identifier; the first two are combined as X.690 says. */
  static byte[] objectIdentifier(int... arcs) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    putBase128(body, arcs[0] * 40 + arcs[1]);
    for (int i = 2; i < arcs.length; i++) {
      putBase128(body, arcs[i]);
    }
    return element(OBJECT_IDENTIFIER, body.toByteArray());
  }

  private static void putBase128(ByteArrayOutputStream out, int value) {
    for (int shift = 28; shift > 0; shift -= 7) {
      if (value >>> shift != 0) {
        out.write((value >>> shift & 0x7F) | 0x80);
      }
    }
    out.write(value & 0x7F);
  }

  private static byte[] element(int tag, byte[]... contents) {
    int length = 0;
    for (byte[] content : contents) {
      length += content.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
    out.write(tag);
    putLength(out, length);
    for (byte[] content : contents) {
      out.writeBytes(content);
    }
    return out.toByteArray();
  }

  private static void putLength(ByteArrayOutputStream out, int length) {
    if (length < 0x80) {
      out.write(length);
      return;
    }
    int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
    out.write(0x80 | bytes);
    for (int i = bytes - 1; i >= 0; i--) {
      out.write(length >>> (8 * i));
    }
  }
}
