// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The read-only parts of the virtual machine's own files in this process: their pages stay mapped
 * since the start, though most of them were only needed there.
 */
public final class MappedFiles {
  // asm-generic/mman-common.h: what is needed again comes from the page cache
  private static final int MADV_DONTNEED = 4;

  /** These are mapped once and never unmapped, so that their addresses are nobody else's. */
  private static final String[] NAMES = {"/libjvm.so", "/lazaret-agent.jsa", "/libcrypto.so.3"};

  private MappedFiles() {}

  /** Takes all of their pages out of this process; those in use come back one by one. */
  public static void giveBack() throws IOException {
    String text = Files.readString(Path.of("/proc/self/smaps"), StandardCharsets.ISO_8859_1);
    try (Scratch s = Scratch.take()) {
      for (int at = 0; at < text.length(); ) {
        int next = endOfMapping(text, at);
        String mapping = text.substring(at, next);
        if (isUnchanged(mapping)) {
          int dash = mapping.indexOf('-');
          long from = Long.parseUnsignedLong(mapping, 0, dash, 16);
          long to = Long.parseUnsignedLong(mapping, dash + 1, mapping.indexOf(' '), 16);
          if (Libc.madvise(s, from, to - from, MADV_DONTNEED) != 0) {
            throw new LinuxException("madvise", s.errno());
          }
        }
        at = next;
      }
    }
  }

  /** The last line of a mapping begins with VmFlags. */
  private static int endOfMapping(String text, int at) {
    int flags = text.indexOf("\nVmFlags:", at);
    int end = flags < 0 ? -1 : text.indexOf('\n', flags + 1);
    return end < 0 ? text.length() : end + 1;
  }

  /**
   * Whether no page of it can differ from the file: it is not writable, and none was written when
   * it was (the linker does so to some), in memory or swapped out.
   */
  static boolean isUnchanged(String mapping) {
    int line = mapping.indexOf('\n');
    int mode = mapping.indexOf(' ');
    if (line < 0 || mode < 0 || mode + 3 > line || mapping.charAt(mode + 2) == 'w') {
      return false;
    }
    String name = mapping.substring(0, line);
    for (String known : NAMES) {
      if (name.endsWith(known)) {
        return isZero(mapping, "\nAnonymous:") && isZero(mapping, "\nSwap:");
      }
    }
    return false;
  }

  private static boolean isZero(String mapping, String key) {
    int at = mapping.indexOf(key);
    int end = at < 0 ? -1 : mapping.indexOf('\n', at + 1);
    return end > 0 && mapping.substring(at + key.length(), end).strip().equals("0 kB");
  }
}
