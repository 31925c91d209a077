// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.control;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lines of UTF-8, bounded; a line break within a value is written as %0A, a percent sign as %25.
 */
final class Lines {
  /** Longest line: a path, and what is said about it. */
  static final int LONGEST = 16 << 10;

  private final InputStream in;
  private final byte[] buffer = new byte[LONGEST];
  private int from;
  private int to;

  Lines(InputStream in) {
    this.in = in;
  }

  /** The next line; null at the end. */
  @Nullable String next() throws IOException {
    int scanned = from;
    while (true) {
      for (; scanned < to; scanned++) {
        if (buffer[scanned] == '\n') {
          String line = new String(buffer, from, scanned - from, StandardCharsets.UTF_8);
          from = scanned + 1;
          return line;
        }
      }
      if (from > 0) {
        System.arraycopy(buffer, from, buffer, 0, to - from);
        to -= from;
        scanned -= from;
        from = 0;
      }
      if (to == buffer.length) {
        throw new IOException("line: longer than " + LONGEST + " bytes");
      }
      int count = in.read(buffer, to, buffer.length - to);
      if (count < 0) {
        return null;
      }
      to += count;
    }
  }

  static byte[] line(String text) {
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Words as one line, with tabs between them. */
  static String join(List<String> words) {
    return words.stream()
        .map(word -> escape(word).replace("\t", "%09"))
        .collect(Collectors.joining("\t"));
  }

  /** The words of such a line. */
  static List<String> words(String line) {
    return Arrays.stream(line.split("\t", -1))
        .map(word -> unescape(word.replace("%09", "\t")))
        .toList();
  }

  static String escape(String text) {
    return text.replace("%", "%25").replace("\n", "%0A");
  }

  static String unescape(String text) {
    return text.replace("%0A", "\n").replace("%25", "%");
  }
}
