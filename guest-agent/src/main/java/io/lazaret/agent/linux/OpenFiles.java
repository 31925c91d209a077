// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** How many files this process may have open. */
public final class OpenFiles {
  // asm-generic/resource.h
  private static final int RLIMIT_NOFILE = 7;

  private OpenFiles() {}

  /** Raises the soft limit to what is wanted or to the hard limit, and says what it is now. */
  public static long raiseLimit(long wanted) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      if (Libc.prlimit(s, 0, RLIMIT_NOFILE, MemorySegment.NULL, s.struct) != 0) {
        throw new LinuxException("prlimit", s.errno());
      }
      long soft = s.struct.get(JAVA_LONG, Layouts.RLIM_CUR);
      long hard = s.struct.get(JAVA_LONG, Layouts.RLIM_MAX);
      // RLIM_INFINITY is all ones.
      long reachable = hard < 0 ? wanted : Math.min(wanted, hard);
      if (soft < 0 || soft >= reachable) {
        return soft < 0 ? Long.MAX_VALUE : soft;
      }
      s.struct.set(JAVA_LONG, Layouts.RLIM_CUR, reachable);
      if (Libc.prlimit(s, 0, RLIMIT_NOFILE, s.struct, MemorySegment.NULL) != 0) {
        throw new LinuxException("prlimit", s.errno());
      }
      return reachable;
    }
  }
}
