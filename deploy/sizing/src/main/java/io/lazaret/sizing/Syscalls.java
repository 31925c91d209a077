// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * open(2) and close(2) without Java's own file layers, so that only the kernel's time is measured.
 */
// Calling native code is this type's whole purpose.
@SuppressWarnings("restricted")
final class Syscalls {
  static final int EPERM = 1;

  private static final int O_RDONLY_CLOEXEC = 0x80000;
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle OPEN =
      handle(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2),
          Linker.Option.captureCallState("errno"));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private Syscalls() {}

  /** Room for the errno of one thread's calls. */
  static MemorySegment state(Arena arena) {
    return arena.allocate(STATE);
  }

  /** Opens a path for reading: its descriptor, or the negative errno. */
  static int open(MemorySegment path, MemorySegment state) {
    try {
      int fd = (int) OPEN.invokeExact(state, path, O_RDONLY_CLOEXEC);
      return fd >= 0 ? fd : -(int) ERRNO.get(state, 0L);
    } catch (Throwable e) {
      throw new IllegalStateException("open(2) cannot be called", e);
    }
  }

  /** Closes a descriptor. */
  static void close(int fd) {
    try {
      int result = (int) CLOSE.invokeExact(fd);
      if (result != 0) {
        throw new IllegalStateException("close: descriptor " + fd + " (expected: an open one)");
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("close(2) cannot be called", e);
    }
  }

  private static MethodHandle handle(
      String name, FunctionDescriptor shape, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape, options);
  }
}
