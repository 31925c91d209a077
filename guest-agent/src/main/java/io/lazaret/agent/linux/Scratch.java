// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Memory for the arguments and the errno of one native call at a time; taken from a bounded stock
 * so that threads of every kind share a few of them.
 */
final class Scratch implements AutoCloseable {
  /** PATH_MAX of linux/limits.h. */
  static final int PATH_BYTES = 4096;

  private static final long ERRNO_OFFSET =
      Libc.callState().byteOffset(PathElement.groupElement("errno"));
  private static final ArrayBlockingQueue<Scratch> STOCK = new ArrayBlockingQueue<>(64);

  final MemorySegment callState;

  /** For paths and their like. */
  final MemorySegment text;

  /** For structs: at least the size of any in {@link Layouts}. */
  final MemorySegment struct;

  private Scratch() {
    Arena arena = Arena.ofAuto();
    callState = arena.allocate(Libc.callState());
    text = arena.allocate(PATH_BYTES);
    struct = arena.allocate(256, 8);
  }

  /** Takes one; {@link #close} gives it back. */
  static Scratch take() {
    Scratch scratch = STOCK.poll();
    return scratch == null ? new Scratch() : scratch;
  }

  int errno() {
    return callState.get(JAVA_INT, ERRNO_OFFSET);
  }

  /** Puts a C string into {@link #text}. */
  MemorySegment text(String string) throws LinuxException {
    byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= PATH_BYTES) {
      throw new LinuxException("path", Errno.ENAMETOOLONG);
    }
    MemorySegment.copy(bytes, 0, text, JAVA_BYTE, 0, bytes.length);
    text.set(JAVA_BYTE, bytes.length, (byte) 0);
    return text;
  }

  @Override
  public void close() {
    // A full stock lets this one go to the collector.
    boolean kept = STOCK.offer(this);
    assert kept || STOCK.remainingCapacity() >= 0;
  }
}
