// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Read leases (fcntl(2), F_SETLEASE), and the word of the kernel that somebody waits for one to be
 * given up: whoever wants to write to a leased file is kept waiting in open(2) or truncate(2) until
 * then, at most {@code /proc/sys/fs/lease-break-time} seconds.
 *
 * <p>The word is SIGIO, sent to one thread, which has it blocked and reads it from a descriptor. A
 * signal that waits already is not sent twice, so it does not say which lease it is about.
 */
public final class LeaseBreaks implements AutoCloseable {
  // asm-generic/fcntl.h
  private static final int F_SETOWN_EX = 15;
  private static final int F_OWNER_TID = 0;
  // linux/fcntl.h
  private static final int F_SETLEASE = 1024;
  private static final int F_GETLEASE = 1025;
  private static final int F_RDLCK = 0;
  private static final int F_UNLCK = 2;
  // asm-generic/signal.h; bit N - 1 of a set is signal N
  private static final long SIGIO_BIT = 1L << (29 - 1);
  private static final int SIG_BLOCK = 0;
  // linux/signalfd.h
  private static final int SFD_CLOEXEC = 02000000;
  private static final int SFD_NONBLOCK = 04000;
  private static final long SIGNALFD_BYTES = 128;

  private static final int PATIENCE_BYTES = 32;
  private static final Path PATIENCE = Path.of("/proc/sys/fs/lease-break-time");

  private final int fd;
  private volatile int listener;
  private boolean told;

  /** Nobody listens yet. */
  public LeaseBreaks() throws LinuxException {
    try (Scratch s = Scratch.take()) {
      fd = Libc.signalfd(s, -1, onlySigio(s), SFD_CLOEXEC | SFD_NONBLOCK);
      if (fd < 0) {
        throw new LinuxException("signalfd", s.errno());
      }
    }
  }

  private static MemorySegment onlySigio(Scratch s) {
    s.struct.fill((byte) 0);
    s.struct.set(JAVA_LONG, 0, SIGIO_BIT);
    return s.struct;
  }

  /** From now on the calling platform thread is told, for as long as it lives. */
  public void listenHere() throws LinuxException {
    try (Scratch s = Scratch.take()) {
      int error = Libc.pthreadSigmask(s, SIG_BLOCK, onlySigio(s), MemorySegment.NULL);
      if (error != 0) {
        throw new LinuxException("pthread_sigmask", error);
      }
      listener = Libc.gettid(s);
    }
  }

  /**
   * Longest time that a writer waits for a lease before the kernel ends it by itself; 0 for as long
   * as it takes.
   */
  public static int patienceSeconds() throws IOException {
    String text;
    try (InputStream in = Files.newInputStream(PATIENCE)) {
      // In one read: the second one of such a file finds nothing, however short the first was.
      text = new String(in.readNBytes(PATIENCE_BYTES), StandardCharsets.US_ASCII).strip();
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IOException(PATIENCE + ": " + text + " (expected: seconds)", e);
    }
  }

  int fd() {
    return fd;
  }

  /** For {@link Fanotify#await}. */
  void noteTold() {
    try (Scratch s = Scratch.take()) {
      while (Libc.read(s, fd, s.struct, SIGNALFD_BYTES) > 0) {
        told = true;
      }
    }
  }

  /** Whether a lease is asked for, by the listening thread only; it is told once. */
  public boolean takeWord() {
    boolean was = told;
    told = false;
    return was;
  }

  /** The same without waiting in {@link Fanotify#await} before. */
  public boolean lookForWord() {
    noteTold();
    return takeWord();
  }

  /**
   * Takes a read lease, which ends when the open file is closed.
   *
   * @param file open for reading only
   * @return false when somebody has the file open, or mapped, for writing
   */
  public boolean take(int file) throws LinuxException {
    int thread = listener;
    if (thread == 0) {
      throw new IllegalStateException("lease: no listener (expected: listenHere was called)");
    }
    try (Scratch s = Scratch.take()) {
      s.struct.set(JAVA_INT, 0, F_OWNER_TID);
      s.struct.set(JAVA_INT, Integer.BYTES, thread);
      if (Libc.fcntl(s, file, F_SETOWN_EX, s.struct) != 0) {
        throw new LinuxException("fcntl F_SETOWN_EX", s.errno());
      }
      return Libc.fcntl(s, file, F_SETLEASE, F_RDLCK) == 0;
    }
  }

  /** Whether the lease is still ours, and nobody waits for it. */
  public boolean isUndisturbed(int file) {
    try (Scratch s = Scratch.take()) {
      return Libc.fcntl(s, file, F_GETLEASE, 0) == F_RDLCK;
    }
  }

  /** Gives a lease up; whoever waits goes on. */
  public void giveUp(int file) {
    try (Scratch s = Scratch.take()) {
      int given = Libc.fcntl(s, file, F_SETLEASE, F_UNLCK);
      assert given == 0 || s.errno() == Errno.EAGAIN;
    }
  }

  @Override
  public void close() throws LinuxException {
    Descriptors.close(fd);
  }
}
