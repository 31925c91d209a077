// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** What the system says about this process; 0 where it does not say it. */
final class ProcessFacts {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessFacts() {}

  /** Resident memory in bytes. */
  static long residentBytes() {
    return 1024 * field("VmRSS:");
  }

  /** Threads of this process, the virtual machine's own included. */
  static long threads() {
    return field("Threads:");
  }

  private static long field(String name) {
    if (!Files.isReadable(STATUS)) {
      return 0;
    }
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(name)) {
          return Long.parseLong(line.substring(name.length()).replace("kB", "").strip());
        }
      }
    } catch (IOException | NumberFormatException unreadable) {
      LoggerFactory.getLogger(ProcessFacts.class)
          .debug("process facts unreadable detail={}", String.valueOf(unreadable));
    }
    return 0;
  }
}
