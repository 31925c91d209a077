// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * Has the kernel kill this process when it was not rearmed for a while, whatever state it is in:
 * what it held is then allowed. Needs no other process, which could itself be held.
 */
public final class DeadMansSwitch implements AutoCloseable {
  // linux/time.h; it stands still while the machine sleeps
  private static final int CLOCK_MONOTONIC = 1;
  // asm-generic/siginfo.h
  private static final int SIGEV_SIGNAL = 0;
  // asm-generic/signal.h; the one signal that ends a stopped process too
  private static final int SIGKILL = 9;

  private final Duration limit;
  private final long timer;
  private boolean closed;

  /**
   * Not armed yet.
   *
   * @param limit longest time between two rearmings, in whole seconds
   */
  public DeadMansSwitch(Duration limit) throws LinuxException {
    this.limit = limit;
    try (Scratch s = Scratch.take()) {
      s.struct.fill((byte) 0);
      s.struct.set(JAVA_INT, Layouts.SIGEV_SIGNO, SIGKILL);
      s.struct.set(JAVA_INT, Layouts.SIGEV_NOTIFY, SIGEV_SIGNAL);
      MemorySegment result = s.struct.asSlice(Layouts.SIGEVENT.byteSize(), Long.BYTES);
      if (Libc.timerCreate(s, CLOCK_MONOTONIC, s.struct, result) != 0) {
        throw new LinuxException("timer_create", s.errno());
      }
      timer = result.get(JAVA_LONG, 0);
    }
  }

  /** From now on for its limit again. */
  public synchronized void rearm() {
    if (!closed) {
      set(limit.toSeconds());
    }
  }

  private void set(long seconds) {
    try (Scratch s = Scratch.take()) {
      s.struct.fill((byte) 0);
      s.struct.set(JAVA_LONG, Layouts.IT_VALUE_SEC, seconds);
      if (Libc.timerSettime(s, timer, s.struct) != 0) {
        throw new IllegalStateException("timer_settime: " + Errno.name(s.errno()));
      }
    }
  }

  /** Kills nobody any more. */
  @Override
  public synchronized void close() {
    closed = true;
    set(0);
  }
}
