// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the mounts of a process's namespace; the format is that of proc_pid_mountinfo(5). */
public final class MountTable {
  private static final Path PROC = Path.of("/proc");

  private MountTable() {}

  /** The mounts that this process sees, in the order they were made. */
  public static List<Mount> own() throws IOException {
    return parse(Files.readAllBytes(PROC.resolve("self/mountinfo")));
  }

  /** The mounts that another process sees. */
  public static List<Mount> of(int pid) throws IOException {
    return parse(Files.readAllBytes(PROC.resolve(pid + "/mountinfo")));
  }

  static List<Mount> parse(byte[] text) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : new String(text, StandardCharsets.UTF_8).lines().toList()) {
      String[] fields = line.split(" ", -1);
      int separator = 6;
      while (separator < fields.length && !fields[separator].equals("-")) {
        separator++;
      }
      if (separator + 3 < fields.length) {
        mounts.add(
            new Mount(
                Integer.parseInt(fields[0]),
                fields[2],
                unescaped(fields[3]),
                unescaped(fields[4]),
                fields[separator + 1],
                fields[separator + 3]));
      }
    }
    return mounts;
  }

  /** Blanks and their like are three octal digits after a backslash, one for each byte. */
  private static String unescaped(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\\' && i + 3 < bytes.length) {
        plain.write(Integer.parseInt(new String(bytes, i + 1, 3, StandardCharsets.US_ASCII), 8));
        i += 3;
      } else {
        plain.write(bytes[i]);
      }
    }
    return plain.toString(StandardCharsets.UTF_8);
  }
}
