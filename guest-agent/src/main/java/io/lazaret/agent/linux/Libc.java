// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The C signatures of glibc that are used, and nothing else; every call leaves its errno in the
 * {@link Scratch} it was given and returns what C returned.
 */
@SuppressWarnings("restricted") // binding native functions is what this class is for
final class Libc {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  private static final MethodHandle FANOTIFY_INIT =
      bind("fanotify_init", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle FANOTIFY_MARK =
      bind(
          "fanotify_mark",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS));
  private static final MethodHandle READ =
      bind("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle WRITE =
      bind("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle PREAD =
      bind("pread64", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle CLOSE =
      bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle STATX =
      bind(
          "statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle FSTATFS =
      bind("fstatfs64", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle READLINK =
      bind("readlink", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));
  private static final MethodHandle FCNTL =
      bind(
          "fcntl64",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle IOCTL =
      bind(
          "ioctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle POLL =
      bind("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle EVENTFD =
      bind("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle PRLIMIT =
      bind("prlimit64", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle SIGNAL =
      bind("signal", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MEMFD_CREATE =
      bind("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

  private Libc() {}

  private static MethodHandle bind(
      String name, FunctionDescriptor descriptor, Linker.Option... more) {
    Linker.Option[] options = new Linker.Option[more.length + 1];
    options[0] = ERRNO;
    System.arraycopy(more, 0, options, 1, more.length);
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
  }

  /** The layout of the call state that errno is captured in. */
  static MemoryLayout callState() {
    return Linker.Option.captureStateLayout();
  }

  static int fanotifyInit(Scratch s, int flags, int eventFlags) {
    try {
      return (int) FANOTIFY_INIT.invokeExact(s.callState, flags, eventFlags);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static int fanotifyMark(
      Scratch s, int fd, int flags, long mask, int directory, MemorySegment path) {
    try {
      return (int) FANOTIFY_MARK.invokeExact(s.callState, fd, flags, mask, directory, path);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long read(Scratch s, int fd, MemorySegment destination, long length) {
    try {
      return (long) READ.invokeExact(s.callState, fd, destination, length);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long write(Scratch s, int fd, MemorySegment source, long length) {
    try {
      return (long) WRITE.invokeExact(s.callState, fd, source, length);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long pread(Scratch s, int fd, MemorySegment destination, long length, long offset) {
    try {
      return (long) PREAD.invokeExact(s.callState, fd, destination, length, offset);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static int close(Scratch s, int fd) {
    try {
      return (int) CLOSE.invokeExact(s.callState, fd);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static int statx(
      Scratch s, int directory, MemorySegment path, int flags, int mask, MemorySegment result) {
    try {
      return (int) STATX.invokeExact(s.callState, directory, path, flags, mask, result);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static int fstatfs(Scratch s, int fd, MemorySegment result) {
    try {
      return (int) FSTATFS.invokeExact(s.callState, fd, result);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long readlink(Scratch s, MemorySegment path, MemorySegment destination, long length) {
    try {
      return (long) READLINK.invokeExact(s.callState, path, destination, length);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static int fcntl(Scratch s, int fd, int command, int argument) {
    try {
      return (int) FCNTL.invokeExact(s.callState, fd, command, argument);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static int ioctl(Scratch s, int fd, long request, MemorySegment argument) {
    try {
      return (int) IOCTL.invokeExact(s.callState, fd, request, argument);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static int poll(Scratch s, MemorySegment fds, long count, int timeoutMillis) {
    try {
      return (int) POLL.invokeExact(s.callState, fds, count, timeoutMillis);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static int eventfd(Scratch s, int initial, int flags) {
    try {
      return (int) EVENTFD.invokeExact(s.callState, initial, flags);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static int prlimit(
      Scratch s, int pid, int resource, MemorySegment newLimit, MemorySegment oldLimit) {
    try {
      return (int) PRLIMIT.invokeExact(s.callState, pid, resource, newLimit, oldLimit);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long signal(Scratch s, int signal, long handler) {
    try {
      return (long) SIGNAL.invokeExact(s.callState, signal, handler);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static int memfdCreate(Scratch s, MemorySegment name, int flags) {
    try {
      return (int) MEMFD_CREATE.invokeExact(s.callState, name, flags);
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  private static Error defect(Throwable e) {
    return e instanceof Error error ? error : new AssertionError("downcall signature", e);
  }
}
