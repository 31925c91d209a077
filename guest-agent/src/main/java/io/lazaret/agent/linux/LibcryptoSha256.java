// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** SHA-256 by OpenSSL 3's EVP interface (openssl/evp.h); fast without an optimising compiler. */
@SuppressWarnings("restricted") // binding native functions is what this class is for
final class LibcryptoSha256 extends MessageDigest {
  private static final int DIGEST_BYTES = 32;

  /** The functions, bound once. */
  private record Evp(
      MethodHandle newContext,
      MethodHandle freeContext,
      MethodHandle init,
      MethodHandle update,
      MethodHandle finish,
      MemorySegment sha256) {

    static Evp bind() throws Throwable {
      Linker linker = Linker.nativeLinker();
      SymbolLookup library = SymbolLookup.libraryLookup("libcrypto.so.3", Arena.global());
      MethodHandle sha256 =
          linker.downcallHandle(library.findOrThrow("EVP_sha256"), FunctionDescriptor.of(ADDRESS));
      return new Evp(
          linker.downcallHandle(
              library.findOrThrow("EVP_MD_CTX_new"), FunctionDescriptor.of(ADDRESS)),
          linker.downcallHandle(
              library.findOrThrow("EVP_MD_CTX_free"), FunctionDescriptor.ofVoid(ADDRESS)),
          linker.downcallHandle(
              library.findOrThrow("EVP_DigestInit_ex"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS)),
          linker.downcallHandle(
              library.findOrThrow("EVP_DigestUpdate"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG)),
          linker.downcallHandle(
              library.findOrThrow("EVP_DigestFinal_ex"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS)),
          (MemorySegment) sha256.invokeExact());
    }
  }

  private final Evp evp;
  private final MemorySegment context;
  private final MemorySegment staging = Arena.ofAuto().allocate(4096);

  private LibcryptoSha256(Evp evp) {
    super("SHA-256");
    this.evp = evp;
    try {
      MemorySegment raw = (MemorySegment) evp.newContext.invokeExact();
      if (raw.equals(MemorySegment.NULL)) {
        throw new OutOfMemoryError("EVP_MD_CTX_new");
      }
      context = raw.reinterpret(Arena.ofAuto(), LibcryptoSha256.freeing(evp));
    } catch (Throwable e) {
      throw failed(e);
    }
    engineReset();
  }

  private static Consumer<MemorySegment> freeing(Evp evp) {
    return context -> {
      try {
        evp.freeContext.invokeExact(context);
      } catch (Throwable e) {
        throw failed(e);
      }
    };
  }

  /** A maker of digests; the caller tries the first one and falls back when it fails. */
  static Supplier<MessageDigest> supplier() throws Throwable {
    Evp evp = Evp.bind();
    return () -> new LibcryptoSha256(evp);
  }

  @Override
  protected int engineGetDigestLength() {
    return DIGEST_BYTES;
  }

  @Override
  protected void engineReset() {
    try {
      check(
          (int) evp.init.invokeExact(context, evp.sha256, MemorySegment.NULL), "EVP_DigestInit_ex");
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  protected void engineUpdate(byte input) {
    staging.set(JAVA_BYTE, 0, input);
    update(staging, 1);
  }

  @Override
  protected void engineUpdate(byte[] input, int offset, int length) {
    int done = 0;
    while (done < length) {
      int part = Math.min(length - done, (int) staging.byteSize());
      MemorySegment.copy(input, offset + done, staging, JAVA_BYTE, 0, part);
      update(staging, part);
      done += part;
    }
  }

  @Override
  protected void engineUpdate(ByteBuffer input) {
    if (input.isDirect()) {
      update(MemorySegment.ofBuffer(input), input.remaining());
      input.position(input.limit());
    } else {
      super.engineUpdate(input);
    }
  }

  private void update(MemorySegment bytes, long length) {
    try {
      check((int) evp.update.invokeExact(context, bytes, length), "EVP_DigestUpdate");
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  protected byte[] engineDigest() {
    try {
      check(
          (int) evp.finish.invokeExact(context, staging, MemorySegment.NULL), "EVP_DigestFinal_ex");
    } catch (Throwable e) {
      throw failed(e);
    }
    byte[] digest = staging.asSlice(0, DIGEST_BYTES).toArray(JAVA_BYTE);
    engineReset();
    return digest;
  }

  private static void check(int result, String call) {
    if (result != 1) {
      throw new IllegalStateException(call + ": " + result + " (expected: 1)");
    }
  }

  private static RuntimeException failed(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException known ? known : new IllegalStateException(e);
  }
}
