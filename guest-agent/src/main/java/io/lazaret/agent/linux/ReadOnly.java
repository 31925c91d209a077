// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import java.lang.foreign.MemorySegment;
import java.util.Locale;

/** Opens files for reading only; for threads that may wait. */
public final class ReadOnly {
  private static final NativeCall OPEN = NativeCall.libc("open64");
  // asm-generic/fcntl.h; aarch64 has another number for O_NOFOLLOW
  private static final int O_NONBLOCK = 04000;
  private static final int O_NOATIME = 01000000;
  private static final int O_CLOEXEC = 02000000;
  private static final int O_NOFOLLOW =
      System.getProperty("os.arch").toLowerCase(Locale.ROOT).equals("aarch64") ? 0100000 : 0400000;

  private ReadOnly() {}

  /** Opens what a path names; where a link leads is opened. */
  public static int open(String path) throws LinuxException {
    return open(path, O_NONBLOCK | O_CLOEXEC);
  }

  /**
   * Opens what a path itself names, which is no link, and leaves its access time as it is where
   * that is allowed. Never waits for the other end of a pipe.
   */
  public static int openItself(String path) throws LinuxException {
    int flags = O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW;
    try {
      return open(path, flags | O_NOATIME);
    } catch (LinuxException e) {
      if (e.errno() != Errno.EPERM) {
        throw e;
      }
      return open(path, flags);
    }
  }

  private static int open(String path, int flags) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      MemorySegment name = s.text(path);
      int fd = (int) OPEN.call(s, name.address(), flags, 0);
      if (fd < 0) {
        throw new LinuxException("open", s.errno());
      }
      return fd;
    }
  }
}
