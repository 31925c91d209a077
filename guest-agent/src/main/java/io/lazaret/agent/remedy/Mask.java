// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes content harmless and gives it back: AES-128 in counter mode from zero, under a key of the
 * file's own that is in its record. Without a header, so that a person with the record and openssl
 * can get it back too.
 */
final class Mask {
  private static final int KEY_BYTES = 16;
  private static final int BLOCK = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Cipher cipher;

  /** Begins at a position of the content. */
  Mask(String key, long offset) {
    try {
      cipher = Cipher.getInstance("AES/CTR/NoPadding");
      ByteBuffer counter = ByteBuffer.allocate(BLOCK).putLong(0).putLong(offset / BLOCK);
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(HexFormat.of().parseHex(key), "AES"),
          new IvParameterSpec(counter.array()));
      ByteBuffer skipped = ByteBuffer.allocate((int) (offset % BLOCK));
      apply(skipped, ByteBuffer.allocate(skipped.capacity()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES in counter mode", e);
    }
  }

  static String newKey() {
    byte[] key = new byte[KEY_BYTES];
    RANDOM.nextBytes(key);
    return HexFormat.of().formatHex(key);
  }

  /** Takes what comes next, masked or plain, and gives the other; the sizes are the same. */
  void apply(ByteBuffer from, ByteBuffer to) {
    try {
      int written = cipher.update(from, to);
      assert written >= 0;
    } catch (ShortBufferException e) {
      throw new IllegalArgumentException("to: " + to.remaining() + " bytes of room", e);
    }
  }
}
