// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

/** What /proc says about a process, without opening anything. */
public final class Processes {
  private Processes() {}

  /** Path of the executable; empty when the process is gone or has none. */
  public static String executable(int pid) {
    return Descriptors.readlink("/proc/" + pid + "/exe");
  }

  /** User id; -1 when the process is gone. */
  public static int user(int pid) {
    try {
      return Descriptors.owner("/proc/" + pid);
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        return -1;
      }
      throw new IllegalStateException("/proc/" + pid + " cannot be looked at", e);
    }
  }
}
