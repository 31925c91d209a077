// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** Wakes a thread that waits in {@link Fanotify#await}. */
public final class WakeUp implements AutoCloseable {
  // linux/eventfd.h
  private static final int EFD_CLOEXEC = 02000000;
  private static final int EFD_NONBLOCK = 04000;

  private final int fd;
  private boolean closed;

  public WakeUp() throws LinuxException {
    try (Scratch s = Scratch.take()) {
      fd = Libc.eventfd(s, 0, EFD_CLOEXEC | EFD_NONBLOCK);
      if (fd < 0) {
        throw new LinuxException("eventfd", s.errno());
      }
    }
  }

  int fd() {
    return fd;
  }

  /** Wakes; waking twice is waking once, and after the end it is nothing. */
  public synchronized void wake() {
    if (closed) {
      return;
    }
    try (Scratch s = Scratch.take()) {
      s.struct.set(JAVA_LONG, 0, 1);
      // EAGAIN means that the counter is full: it is awake already.
      if (Libc.write(s, fd, s.struct, Long.BYTES) != Long.BYTES && s.errno() != Errno.EAGAIN) {
        throw new IllegalStateException("eventfd write: " + Errno.name(s.errno()));
      }
    }
  }

  /** Waits to be woken again. */
  void reset() {
    try (Scratch s = Scratch.take()) {
      if (Libc.read(s, fd, s.struct, Long.BYTES) != Long.BYTES && s.errno() != Errno.EAGAIN) {
        throw new IllegalStateException("eventfd read: " + Errno.name(s.errno()));
      }
    }
  }

  @Override
  public synchronized void close() throws LinuxException {
    closed = true;
    Descriptors.close(fd);
  }
}
