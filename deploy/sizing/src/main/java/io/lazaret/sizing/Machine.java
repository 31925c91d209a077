// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The machine that figures were measured on, in one line. */
final class Machine {
  private Machine() {}

  static String line() throws IOException {
    return "%d x %s, %s, Linux %s, Java %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            after(Path.of("/proc/cpuinfo"), "model name\t: ", "unknown processor"),
            after(Path.of("/etc/os-release"), "PRETTY_NAME=", "unknown system").replace("\"", ""),
            System.getProperty("os.version"),
            Runtime.version());
  }

  private static String after(Path file, String prefix, String otherwise) throws IOException {
    if (!Files.isReadable(file)) {
      return otherwise;
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(prefix))
          .map(line -> line.substring(prefix.length()).strip())
          .findFirst()
          .orElse(otherwise);
    }
  }
}
