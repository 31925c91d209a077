// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;

/**
 * The C signatures of glibc that are used, and nothing else; every call leaves its errno in the
 * {@link Scratch} it was given and returns what C returned. Memory that is passed has to stay
 * reachable until then, as the scratch's own and whatever the caller uses afterwards does.
 */
final class Libc {
  private static final NativeCall FANOTIFY_INIT = NativeCall.libc("fanotify_init");
  private static final NativeCall FANOTIFY_MARK = NativeCall.libc("fanotify_mark");
  private static final NativeCall READ = NativeCall.libc("read");
  private static final NativeCall WRITE = NativeCall.libc("write");
  private static final NativeCall PREAD = NativeCall.libc("pread64");
  private static final NativeCall PREADV2 = NativeCall.libc("preadv64v2");
  private static final NativeCall CLOSE = NativeCall.libc("close");
  private static final NativeCall STATX = NativeCall.libc("statx");
  private static final NativeCall FSTATFS = NativeCall.libc("fstatfs64");
  private static final NativeCall READLINK = NativeCall.libc("readlink");
  private static final NativeCall FCNTL = NativeCall.libc("fcntl64");
  private static final NativeCall IOCTL = NativeCall.libc("ioctl");
  private static final NativeCall POLL = NativeCall.libc("poll");
  private static final NativeCall EVENTFD = NativeCall.libc("eventfd");
  private static final NativeCall PRLIMIT = NativeCall.libc("prlimit64");
  private static final NativeCall SIGNAL = NativeCall.libc("signal");
  private static final NativeCall MEMFD_CREATE = NativeCall.libc("memfd_create");

  private static final NativeCall OPEN = NativeCall.libc("open64");
  private static final NativeCall TIMER_CREATE = NativeCall.libc("timer_create");
  private static final NativeCall TIMER_SETTIME = NativeCall.libc("timer_settime");
  private static final NativeCall SOCKET = NativeCall.libc("socket");
  private static final NativeCall CONNECT = NativeCall.libc("connect");
  private static final NativeCall MALLOC_TRIM = NativeCall.libc("malloc_trim");
  private static final NativeCall MADVISE = NativeCall.libc("madvise");
  private static final NativeCall SIGNALFD = NativeCall.libc("signalfd");
  private static final NativeCall PTHREAD_SIGMASK = NativeCall.libc("pthread_sigmask");
  private static final NativeCall GETTID = NativeCall.libc("gettid");

  private Libc() {}

  /** The layout of the call state that errno is captured in. */
  static MemoryLayout callState() {
    return Linker.Option.captureStateLayout();
  }

  static int fanotifyInit(Scratch s, int flags, int eventFlags) {
    return (int) FANOTIFY_INIT.call(s, flags, eventFlags);
  }

  static int fanotifyMark(
      Scratch s, int fd, int flags, long mask, int directory, MemorySegment path) {
    return (int) FANOTIFY_MARK.call(s, fd, flags, mask, directory, path.address());
  }

  static long read(Scratch s, int fd, MemorySegment destination, long length) {
    return READ.call(s, fd, destination.address(), length);
  }

  static long write(Scratch s, int fd, MemorySegment source, long length) {
    return WRITE.call(s, fd, source.address(), length);
  }

  static long pread(Scratch s, int fd, MemorySegment destination, long length, long offset) {
    return PREAD.call(s, fd, destination.address(), length, offset);
  }

  static long preadv2(Scratch s, int fd, MemorySegment vectors, int count, long offset, int flags) {
    return PREADV2.call(s, fd, vectors.address(), count, offset, flags);
  }

  static int close(Scratch s, int fd) {
    return (int) CLOSE.call(s, fd);
  }

  static int statx(
      Scratch s, int directory, MemorySegment path, int flags, int mask, MemorySegment result) {
    return (int) STATX.call(s, directory, path.address(), flags, mask, result.address());
  }

  static int fstatfs(Scratch s, int fd, MemorySegment result) {
    return (int) FSTATFS.call(s, fd, result.address());
  }

  static long readlink(Scratch s, MemorySegment path, MemorySegment destination, long length) {
    return READLINK.call(s, path.address(), destination.address(), length);
  }

  static int fcntl(Scratch s, int fd, int command, int argument) {
    return (int) FCNTL.call(s, fd, command, argument);
  }

  static int fcntl(Scratch s, int fd, int command, MemorySegment argument) {
    return (int) FCNTL.call(s, fd, command, argument.address());
  }

  static int ioctl(Scratch s, int fd, long request, MemorySegment argument) {
    return (int) IOCTL.call(s, fd, request, argument.address());
  }

  static int poll(Scratch s, MemorySegment fds, long count, int timeoutMillis) {
    return (int) POLL.call(s, fds.address(), count, timeoutMillis);
  }

  static int eventfd(Scratch s, int initial, int flags) {
    return (int) EVENTFD.call(s, initial, flags);
  }

  static int prlimit(
      Scratch s, int pid, int resource, MemorySegment newLimit, MemorySegment oldLimit) {
    return (int) PRLIMIT.call(s, pid, resource, newLimit.address(), oldLimit.address());
  }

  static long signal(Scratch s, int signal, long handler) {
    return SIGNAL.call(s, signal, handler);
  }

  static int memfdCreate(Scratch s, MemorySegment name, int flags) {
    return (int) MEMFD_CREATE.call(s, name.address(), flags);
  }

  static int open(Scratch s, MemorySegment path, int flags) {
    return (int) OPEN.call(s, path.address(), flags);
  }

  static int timerCreate(Scratch s, int clock, MemorySegment event, MemorySegment timer) {
    return (int) TIMER_CREATE.call(s, clock, event.address(), timer.address());
  }

  static int timerSettime(Scratch s, long timer, MemorySegment when) {
    return (int) TIMER_SETTIME.call(s, timer, 0, when.address());
  }

  static int socket(Scratch s, int domain, int type) {
    return (int) SOCKET.call(s, domain, type);
  }

  static int connect(Scratch s, int fd, MemorySegment address, int length) {
    return (int) CONNECT.call(s, fd, address.address(), length);
  }

  static int mallocTrim(Scratch s, long keep) {
    return (int) MALLOC_TRIM.call(s, keep);
  }

  static int madvise(Scratch s, long address, long length, int advice) {
    return (int) MADVISE.call(s, address, length, advice);
  }

  static int signalfd(Scratch s, int fd, MemorySegment signals, int flags) {
    return (int) SIGNALFD.call(s, fd, signals.address(), flags);
  }

  /** Returns its error itself, not in errno. */
  static int pthreadSigmask(Scratch s, int how, MemorySegment signals, MemorySegment before) {
    return (int) PTHREAD_SIGMASK.call(s, how, signals.address(), before.address());
  }

  static int gettid(Scratch s) {
    return (int) GETTID.call(s);
  }
}
