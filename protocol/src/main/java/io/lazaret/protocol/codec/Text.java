// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Strings: 16 bits of length in bytes, then UTF-8. */
final class Text {
  static final int LENGTH_BYTES = 2;

  private static final char REPLACEMENT = '\uFFFD';

  private Text() {}

  /** Reads strictly: too long or not well-formed is an error. */
  static String read(ByteBuffer in, int most) throws ProtocolException {
    int length = Fields.u16(in);
    if (length == 0) {
      return "";
    }
    if (length > most || length > in.remaining()) {
      throw ProtocolException.malformed(
          "text: " + length + " bytes (expected: at most " + Math.min(most, in.remaining()) + ")");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    String text = new String(bytes, StandardCharsets.UTF_8);
    // The JDK's fast decoder replaces what is malformed, so only a text with a replacement
    // character can have been malformed, and then it does not lead back to the same bytes.
    if (text.indexOf(REPLACEMENT) >= 0
        && !Arrays.equals(bytes, text.getBytes(StandardCharsets.UTF_8))) {
      throw ProtocolException.malformed("text: not well-formed UTF-8");
    }
    return text;
  }

  /** Writes text that informs people, cut at a character's boundary where it is too long. */
  static void put(ByteBuffer out, String text, int most) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = bytes.length;
    if (length > most) {
      length = most;
      while ((bytes[length] & 0xC0) == 0x80) {
        length--;
      }
    }
    Fields.putU16(out, length);
    out.put(bytes, 0, length);
  }

  /** Writes text that would mean something else if it were cut. */
  static void putWhole(ByteBuffer out, String text, int most) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > most) {
      throw new IllegalArgumentException(
          "text: " + bytes.length + " bytes (expected: at most " + most + ")");
    }
    Fields.putU16(out, bytes.length);
    out.put(bytes);
  }

  /** Bytes that {@link #put} writes at most; exact unless the text is cut. */
  static int size(String text, int most) {
    int bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        bytes += c < 0x800 || isPaired(text, i) ? 1 : Character.isSurrogate(c) ? 0 : 2;
      }
    }
    return LENGTH_BYTES + Math.min(bytes, most);
  }

  private static boolean isPaired(String text, int i) {
    char c = text.charAt(i);
    return Character.isHighSurrogate(c)
        ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
        : Character.isLowSurrogate(c) && i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }
}
