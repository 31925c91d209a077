// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The log of the running agent. Whoever takes it may be waiting for a file that this process holds
 * (the journal's own), so no thread that writes to the log ever waits for it: lines are kept up to
 * a bound and then dropped. They are written by a thread that ends when there is nothing to write.
 */
final class LogOutput extends OutputStream {
  private static final int MOST_BYTES = 64 * 1024;
  private static final long IDLE_SECONDS = 2;

  private final OutputStream target;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final byte[] waiting = new byte[MOST_BYTES];
  private int length;
  private long dropped;
  private boolean writing;
  private boolean busy;

  LogOutput(OutputStream target) {
    this.target = target;
  }

  /** Takes the place of standard error. */
  static LogOutput install() {
    LogOutput log = new LogOutput(System.err);
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    return log;
  }

  /** Bytes that nobody took in time. */
  long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    lock.lock();
    try {
      if (length + count > MOST_BYTES) {
        dropped += count;
        return;
      }
      System.arraycopy(bytes, offset, waiting, length, count);
      length += count;
      changed.signalAll();
      if (!writing) {
        Thread.ofPlatform().daemon().name("log").start(this::writeAll);
        writing = true;
      }
    } finally {
      lock.unlock();
    }
  }

  private void writeAll() {
    try {
      for (byte[] next = take(); next.length > 0; next = take()) {
        target.write(next);
        target.flush();
      }
    } catch (IOException | InterruptedException e) {
      ended();
    }
  }

  private void ended() {
    lock.lock();
    try {
      writing = false;
      busy = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What waits; empty when nothing came for a while, and nobody writes any more then. */
  private byte[] take() throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.SECONDS.toNanos(IDLE_SECONDS);
      while (length == 0 && left > 0) {
        left = changed.awaitNanos(left);
      }
      byte[] taken = Arrays.copyOf(waiting, length);
      length = 0;
      busy = taken.length > 0;
      writing = busy;
      changed.signalAll();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all is taken, but not for long. */
  void drain(long millis) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while ((length > 0 || busy) && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
