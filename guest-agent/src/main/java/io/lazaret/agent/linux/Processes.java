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

  /** User id; -1 when the process is gone or cannot be looked at. */
  public static int user(int pid) {
    try {
      return Descriptors.owner("/proc/" + pid);
    } catch (LinuxException e) {
      return -1;
    }
  }
}
