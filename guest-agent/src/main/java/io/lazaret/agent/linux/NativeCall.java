// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * One C function, called in the one shape that all of them share: up to five whole numbers or
 * addresses, each in a register of 64 bits, and one back. A parameter that C declares narrower is
 * read from the lower half; a result that C declares narrower has its meaning there only.
 *
 * <p>Each shape costs the running agent a stub and a dozen generated classes; this costs them once.
 */
@SuppressWarnings("restricted") // calling native functions is what this class is for
final class NativeCall {
  private static final Linker LINKER = Linker.nativeLinker();

  /** Variadic from the third on: fcntl and ioctl are, and to all others it makes no difference. */
  private static final MethodHandle SHAPE =
      LINKER.downcallHandle(
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(2));

  private final MemorySegment function;

  private NativeCall(MemorySegment function) {
    this.function = function;
  }

  /** A function of the C library. */
  static NativeCall libc(String name) {
    return of(LINKER.defaultLookup(), name);
  }

  /**
   * A function of a library.
   *
   * @throws java.util.NoSuchElementException when the library has none of this name
   */
  static NativeCall of(SymbolLookup library, String name) {
    return new NativeCall(library.findOrThrow(name));
  }

  long call(Scratch s) {
    return call(s, 0, 0, 0, 0, 0);
  }

  long call(Scratch s, long a) {
    return call(s, a, 0, 0, 0, 0);
  }

  long call(Scratch s, long a, long b) {
    return call(s, a, b, 0, 0, 0);
  }

  long call(Scratch s, long a, long b, long c) {
    return call(s, a, b, c, 0, 0);
  }

  long call(Scratch s, long a, long b, long c, long d) {
    return call(s, a, b, c, d, 0);
  }

  /** Calls, and leaves errno in the scratch. */
  long call(Scratch s, long a, long b, long c, long d, long e) {
    try {
      return (long) SHAPE.invokeExact(function, s.callState, a, b, c, d, e);
    } catch (Throwable thrown) {
      throw thrown instanceof Error error ? error : new AssertionError("downcall shape", thrown);
    } finally {
      Reference.reachabilityFence(s);
    }
  }
}
