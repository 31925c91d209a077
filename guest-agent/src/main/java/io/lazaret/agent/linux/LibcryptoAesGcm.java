// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.security.AlgorithmParameters;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.function.Supplier;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.CipherSpi;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * AES in Galois/Counter Mode by OpenSSL 3's EVP interface (openssl/evp.h), for TLS records: keys of
 * 128 or 256 bits, 12 bytes of nonce, 16 of tag. Everything is put out at the end, a deciphered
 * text only when its tag is right.
 */
@SuppressWarnings("restricted") // calling native functions is what this class is for
final class LibcryptoAesGcm extends CipherSpi {
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;
  private static final int STAGING_BYTES = 17 << 10;
  // openssl/evp.h
  private static final int EVP_CTRL_AEAD_GET_TAG = 0x10;
  private static final int EVP_CTRL_AEAD_SET_TAG = 0x11;

  /** One direction's functions. */
  private record Way(NativeCall init, NativeCall update, NativeCall finish) {
    static Way bind(SymbolLookup library, String name) {
      return new Way(
          NativeCall.of(library, "EVP_" + name + "Init_ex"),
          NativeCall.of(library, "EVP_" + name + "Update"),
          NativeCall.of(library, "EVP_" + name + "Final_ex"));
    }
  }

  /** The functions, bound once. */
  private record Evp(
      NativeCall newContext,
      NativeCall freeContext,
      NativeCall control,
      Way encrypt,
      Way decrypt,
      long aes128,
      long aes256) {
    static Evp bind() {
      SymbolLookup library = SymbolLookup.libraryLookup("libcrypto.so.3", Arena.global());
      try (Scratch s = Scratch.take()) {
        return new Evp(
            NativeCall.of(library, "EVP_CIPHER_CTX_new"),
            NativeCall.of(library, "EVP_CIPHER_CTX_free"),
            NativeCall.of(library, "EVP_CIPHER_CTX_ctrl"),
            Way.bind(library, "Encrypt"),
            Way.bind(library, "Decrypt"),
            NativeCall.of(library, "EVP_aes_128_gcm").call(s),
            NativeCall.of(library, "EVP_aes_256_gcm").call(s));
      }
    }
  }

  private final Evp evp;
  private final MemorySegment context;
  private final MemorySegment staging = Arena.ofAuto().allocate(STAGING_BYTES);
  private final ByteArrayOutputStream waiting = new ByteArrayOutputStream(0);
  private Way way;
  private @Nullable Key key;
  private byte[] nonce = new byte[0];
  private boolean ready;

  private LibcryptoAesGcm(Evp evp) {
    this.evp = evp;
    this.way = evp.encrypt;
    try (Scratch s = Scratch.take()) {
      MemorySegment raw = MemorySegment.ofAddress(evp.newContext.call(s));
      if (raw.equals(MemorySegment.NULL)) {
        throw new OutOfMemoryError("EVP_CIPHER_CTX_new");
      }
      context = raw.reinterpret(Arena.ofAuto(), freed -> free(evp, freed));
    }
  }

  private static void free(Evp evp, MemorySegment context) {
    try (Scratch s = Scratch.take()) {
      evp.freeContext.call(s, context.address());
    }
  }

  /** A maker of ciphers; the caller tries the first one and falls back when it fails. */
  static Supplier<CipherSpi> supplier() {
    Evp evp = Evp.bind();
    return () -> new LibcryptoAesGcm(evp);
  }

  @Override
  protected void engineInit(
      int mode, Key wanted, AlgorithmParameterSpec parameters, SecureRandom random)
      throws InvalidKeyException, InvalidAlgorithmParameterException {
    if (!(parameters instanceof GCMParameterSpec gcm)
        || gcm.getTLen() != TAG_BYTES * 8
        || gcm.getIV().length != NONCE_BYTES) {
      throw new InvalidAlgorithmParameterException(
          "parameters: (expected: tag 16, nonce 12 bytes)");
    }
    if (mode != Cipher.ENCRYPT_MODE && mode != Cipher.DECRYPT_MODE) {
      throw new InvalidKeyException("mode: " + mode + " (expected: encrypt or decrypt)");
    }
    Way wantedWay = mode == Cipher.ENCRYPT_MODE ? evp.encrypt : evp.decrypt;
    // A session's records have one key: what OpenSSL made of it is used again.
    boolean same = wanted.equals(key) && wantedWay.equals(way);
    if (same && mode == Cipher.ENCRYPT_MODE && Arrays.equals(nonce, gcm.getIV())) {
      throw new InvalidAlgorithmParameterException("nonce: used before with this key");
    }
    way = wantedWay;
    nonce = gcm.getIV();
    waiting.reset();
    begin(wanted, same);
    key = wanted;
    ready = true;
  }

  private void begin(Key wanted, boolean same) throws InvalidKeyException {
    byte[] bytes = same ? new byte[0] : wanted.getEncoded();
    if (!same && (bytes == null || (bytes.length != 16 && bytes.length != 32))) {
      throw new InvalidKeyException("key: (expected: 128 or 256 bits)");
    }
    try (Scratch s = Scratch.take()) {
      MemorySegment keyAt = s.struct.asSlice(0, bytes.length);
      keyAt.copyFrom(MemorySegment.ofArray(bytes));
      MemorySegment nonceAt = s.struct.asSlice(64, NONCE_BYTES);
      nonceAt.copyFrom(MemorySegment.ofArray(nonce));
      long type = same ? 0 : bytes.length == 16 ? evp.aes128 : evp.aes256;
      long keyAddress = same ? 0 : keyAt.address();
      check(way.init.call(s, context.address(), type, 0, keyAddress, nonceAt.address()), "init");
      keyAt.fill((byte) 0);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  protected void engineUpdateAAD(byte[] source, int offset, int length) {
    engineUpdateAAD(ByteBuffer.wrap(source, offset, length));
  }

  @Override
  protected void engineUpdateAAD(ByteBuffer source) {
    try (Scratch s = Scratch.take()) {
      while (source.hasRemaining()) {
        int part = stage(source, source.remaining());
        // Without a place for output it is data that is only authenticated.
        check(
            way.update.call(s, context.address(), 0, s.struct.address(), staging.address(), part),
            "update");
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  protected int engineDoFinal(ByteBuffer input, ByteBuffer output)
      throws ShortBufferException, AEADBadTagException {
    if (!ready) {
      throw new IllegalStateException("nonce: used (expected: a new one for each text)");
    }
    int needed = engineGetOutputSize(input.remaining());
    if (output.remaining() < needed) {
      throw new ShortBufferException(
          "output: " + output.remaining() + " (expected: " + needed + ")");
    }
    ByteBuffer all = input;
    if (waiting.size() > 0 || input.remaining() > STAGING_BYTES) {
      engineUpdate(input);
      all = ByteBuffer.wrap(waiting.toByteArray());
      waiting.reset();
    }
    ready = false;
    int start = output.position();
    try (Scratch s = Scratch.take()) {
      if (way.equals(evp.encrypt)) {
        transform(s, all, all.remaining(), output);
        check(
            way.finish.call(s, context.address(), staging.address(), s.struct.address()), "final");
        control(s, EVP_CTRL_AEAD_GET_TAG);
        output.put(staging.asSlice(0, TAG_BYTES).asByteBuffer());
      } else {
        open(s, all, output, start);
      }
      return output.position() - start;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private void open(Scratch s, ByteBuffer sealed, ByteBuffer output, int start)
      throws AEADBadTagException {
    int length = sealed.remaining() - TAG_BYTES;
    if (length < 0) {
      throw new AEADBadTagException("text: " + sealed.remaining() + " bytes (expected: >= 16)");
    }
    // The tag first: where both buffers are one, the text's place is written over.
    stage(sealed.duplicate().position(sealed.position() + length), TAG_BYTES);
    control(s, EVP_CTRL_AEAD_SET_TAG);
    transform(s, sealed, length, output);
    sealed.position(sealed.limit());
    if ((int) way.finish.call(s, context.address(), staging.address(), s.struct.address()) != 1) {
      while (output.position() > start) {
        output.position(output.position() - 1).put(output.position(), (byte) 0);
      }
      throw new AEADBadTagException("tag mismatch");
    }
  }

  private void transform(Scratch s, ByteBuffer input, int length, ByteBuffer output) {
    int left = length;
    while (left > 0) {
      int part = stage(input, left);
      long staged = staging.address();
      check(
          way.update.call(s, context.address(), staged, s.struct.address(), staged, part),
          "update");
      int made = s.struct.get(JAVA_INT, 0);
      output.put(staging.asSlice(0, made).asByteBuffer());
      left -= part;
    }
  }

  /** Copies up to so many bytes to where OpenSSL reads them. */
  private int stage(ByteBuffer source, int most) {
    int part = Math.min(most, STAGING_BYTES);
    staging.asSlice(0, part).asByteBuffer().put(source.slice(source.position(), part));
    source.position(source.position() + part);
    return part;
  }

  private void control(Scratch s, int what) {
    check(evp.control.call(s, context.address(), what, TAG_BYTES, staging.address()), "ctrl");
  }

  /** C says int. */
  private static void check(long result, String call) {
    if ((int) result != 1) {
      throw new IllegalStateException("EVP " + call + ": " + (int) result + " (expected: 1)");
    }
  }

  @Override
  protected byte[] engineUpdate(byte[] input, int offset, int length) {
    waiting.write(input, offset, length);
    return new byte[0];
  }

  private void engineUpdate(ByteBuffer input) {
    byte[] bytes = new byte[input.remaining()];
    input.get(bytes);
    engineUpdate(bytes, 0, bytes.length);
  }

  @Override
  protected int engineUpdate(byte[] input, int offset, int length, byte[] output, int at) {
    engineUpdate(input, offset, length);
    return 0;
  }

  @Override
  protected byte[] engineDoFinal(byte @Nullable [] input, int offset, int length)
      throws AEADBadTagException {
    ByteBuffer given =
        input == null ? ByteBuffer.allocate(0) : ByteBuffer.wrap(input, offset, length);
    ByteBuffer output = ByteBuffer.allocate(engineGetOutputSize(given.remaining()));
    try {
      engineDoFinal(given, output);
    } catch (ShortBufferException e) {
      throw new IllegalStateException(e);
    }
    return output.array();
  }

  @Override
  protected int engineDoFinal(
      byte @Nullable [] input, int offset, int length, byte[] output, int at)
      throws ShortBufferException, AEADBadTagException {
    byte[] done = engineDoFinal(input, offset, length);
    if (output.length - at < done.length) {
      throw new ShortBufferException("output: " + (output.length - at));
    }
    System.arraycopy(done, 0, output, at, done.length);
    return done.length;
  }

  @Override
  protected int engineGetOutputSize(int length) {
    int all = waiting.size() + length;
    return way.equals(evp.encrypt) ? all + TAG_BYTES : Math.max(0, all - TAG_BYTES);
  }

  @Override
  protected int engineGetBlockSize() {
    return 16;
  }

  @Override
  protected byte[] engineGetIV() {
    return nonce.clone();
  }

  @Override
  protected @Nullable AlgorithmParameters engineGetParameters() {
    return null;
  }

  @Override
  protected void engineInit(int mode, Key wanted, SecureRandom random) throws InvalidKeyException {
    throw new InvalidKeyException("parameters: none (expected: a nonce)");
  }

  @Override
  protected void engineInit(
      int mode, Key wanted, @Nullable AlgorithmParameters parameters, SecureRandom random)
      throws InvalidKeyException {
    engineInit(mode, wanted, random);
  }

  @Override
  protected void engineSetMode(String mode) {
    throw new IllegalStateException("mode: " + mode + " (expected: the whole transformation)");
  }

  @Override
  protected void engineSetPadding(String padding) {
    throw new IllegalStateException(
        "padding: " + padding + " (expected: the whole transformation)");
  }
}
