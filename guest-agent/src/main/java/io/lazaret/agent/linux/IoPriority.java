// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import java.util.Locale;
import java.util.OptionalLong;

/** The class in which a thread's reads are scheduled. */
public final class IoPriority {
  private static final NativeCall SYSCALL = NativeCall.libc("syscall");
  // linux/ioprio.h
  private static final int IOPRIO_WHO_PROCESS = 1;
  private static final int IOPRIO_CLASS_IDLE = 3;
  private static final int IOPRIO_CLASS_SHIFT = 13;

  private IoPriority() {}

  /**
   * Has the calling platform thread read only when nobody else does; false where that is not to be
   * had.
   */
  public static boolean idle() {
    OptionalLong number = ioprioSet();
    if (number.isEmpty()) {
      return false;
    }
    try (Scratch s = Scratch.take()) {
      int idle = IOPRIO_CLASS_IDLE << IOPRIO_CLASS_SHIFT;
      return SYSCALL.call(s, number.getAsLong(), IOPRIO_WHO_PROCESS, 0, idle) == 0;
    }
  }

  /** glibc has no function for it, so its number is needed. */
  private static OptionalLong ioprioSet() {
    return switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
      case "amd64" -> OptionalLong.of(251); // asm/unistd_64.h
      case "aarch64" -> OptionalLong.of(30); // asm-generic/unistd.h
      default -> OptionalLong.empty();
    };
  }
}
