// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.linux.Fanotify;
import io.lazaret.protocol.Lane;

/** One event of the kernel; what it costs is paid back when its descriptor is closed. */
record Event(long mask, int fd, int pid, long arrivedNanos) {
  private static final long HELD = Fanotify.FAN_OPEN_PERM | Fanotify.FAN_OPEN_EXEC_PERM;

  /** Whether somebody waits for an answer. */
  static boolean holds(long mask) {
    return (mask & HELD) != 0;
  }

  boolean holds() {
    return holds(mask);
  }

  boolean overflow() {
    return (mask & Fanotify.FAN_Q_OVERFLOW) != 0;
  }

  Lane lane() {
    return (mask & Fanotify.FAN_OPEN_EXEC_PERM) != 0 ? Lane.EXECUTE : Lane.OPEN;
  }
}
