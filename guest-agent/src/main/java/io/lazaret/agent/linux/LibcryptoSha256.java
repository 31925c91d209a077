// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.ref.Reference;
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
      NativeCall newContext,
      NativeCall freeContext,
      NativeCall init,
      NativeCall update,
      NativeCall finish,
      long sha256) {

    static Evp bind() {
      SymbolLookup library = SymbolLookup.libraryLookup("libcrypto.so.3", Arena.global());
      try (Scratch s = Scratch.take()) {
        return new Evp(
            NativeCall.of(library, "EVP_MD_CTX_new"),
            NativeCall.of(library, "EVP_MD_CTX_free"),
            NativeCall.of(library, "EVP_DigestInit_ex"),
            NativeCall.of(library, "EVP_DigestUpdate"),
            NativeCall.of(library, "EVP_DigestFinal_ex"),
            NativeCall.of(library, "EVP_sha256").call(s));
      }
    }
  }

  private final Evp evp;
  private final MemorySegment context;
  private final MemorySegment staging = Arena.ofAuto().allocate(4096);

  private LibcryptoSha256(Evp evp) {
    super("SHA-256");
    this.evp = evp;
    try (Scratch s = Scratch.take()) {
      MemorySegment raw = MemorySegment.ofAddress(evp.newContext.call(s));
      if (raw.equals(MemorySegment.NULL)) {
        throw new OutOfMemoryError("EVP_MD_CTX_new");
      }
      context = raw.reinterpret(Arena.ofAuto(), freeing(evp));
    }
    engineReset();
  }

  private static Consumer<MemorySegment> freeing(Evp evp) {
    return context -> {
      try (Scratch s = Scratch.take()) {
        evp.freeContext.call(s, context.address());
      }
    };
  }

  /** A maker of digests; the caller tries the first one and falls back when it fails. */
  static Supplier<MessageDigest> supplier() {
    Evp evp = Evp.bind();
    return () -> new LibcryptoSha256(evp);
  }

  @Override
  protected int engineGetDigestLength() {
    return DIGEST_BYTES;
  }

  @Override
  protected void engineReset() {
    try (Scratch s = Scratch.take()) {
      check(evp.init.call(s, context.address(), evp.sha256, 0), "EVP_DigestInit_ex");
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
    try (Scratch s = Scratch.take()) {
      check(evp.update.call(s, context.address(), bytes.address(), length), "EVP_DigestUpdate");
    } finally {
      Reference.reachabilityFence(bytes);
      Reference.reachabilityFence(this);
    }
  }

  @Override
  protected byte[] engineDigest() {
    try (Scratch s = Scratch.take()) {
      check(evp.finish.call(s, context.address(), staging.address(), 0), "EVP_DigestFinal_ex");
    }
    byte[] digest = staging.asSlice(0, DIGEST_BYTES).toArray(JAVA_BYTE);
    engineReset();
    return digest;
  }

  /** C says int. */
  private static void check(long result, String call) {
    if ((int) result != 1) {
      throw new IllegalStateException(call + ": " + (int) result + " (expected: 1)");
    }
  }
}
