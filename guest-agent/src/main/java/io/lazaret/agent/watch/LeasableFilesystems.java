// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.LeaseBreaks;
import java.io.IOException;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** On which filesystems, by device number, files may be leased. */
final class LeasableFilesystems {
  private static final Logger LOG = LoggerFactory.getLogger(LeasableFilesystems.class);

  /** A stuck agent is killed after 19 s at most: four of the last beat, and the kernel's timer. */
  static final int LEAST_PATIENCE_SECONDS = 30;

  private LeasableFilesystems() {}

  /** What the settings and this kernel allow: perhaps none, never a failure. */
  static LongPredicate of(WatchSettings.Leases settings) {
    if (settings.most() == 0) {
      return device -> false;
    }
    try {
      return of(settings, LeaseBreaks.patienceSeconds());
    } catch (IOException e) {
      LOG.warn("no file is leased: {}", e.getMessage());
      return device -> false;
    }
  }

  /**
   * The same where the kernel ends a lease after so many seconds by itself, 0 for never. If it did
   * before a stuck agent is killed, the file's mark would stay without one.
   */
  static LongPredicate of(WatchSettings.Leases settings, int patienceSeconds) throws IOException {
    if (patienceSeconds != 0 && patienceSeconds < LEAST_PATIENCE_SECONDS) {
      throw new IOException(
          "fs.lease-break-time: "
              + patienceSeconds
              + " (expected: 0 or at least "
              + LEAST_PATIENCE_SECONDS
              + ")");
    }
    return switch (settings.on()) {
      case GUARDED -> device -> true;
      case ROOT -> {
        // A lease keeps its filesystem mounted; this one is never unmounted under an agent.
        long root = Descriptors.knownStatus("/").device();
        yield device -> device == root;
      }
    };
  }
}
