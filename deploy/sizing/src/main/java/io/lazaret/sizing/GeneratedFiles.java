// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Contents of any length that are made while they are sent and held nowhere. */
final class GeneratedFiles {
  private static final int BLOCK = 64 << 10;
  private static final int MARK = 16;

  private final byte[] template;
  private final int first;
  private final int length;
  private final ContentKey[] keys;

  /**
   * @param first number of the first one; other numbers are other contents
   */
  GeneratedFiles(int first, int count, int length, long seed) {
    this.template = MakeFiles.content(MakeFiles.Kind.TEXT, BLOCK, new SplittableRandom(seed));
    this.first = first;
    this.length = length;
    this.keys =
        IntStream.range(0, count).parallel().mapToObj(this::keyOf).toArray(ContentKey[]::new);
  }

  int count() {
    return keys.length;
  }

  ContentKey key(int file) {
    return keys[file];
  }

  /** Some bytes of one of them. */
  byte[] bytes(int file, long offset, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; ) {
      long at = offset + i;
      int in = (int) (at % BLOCK);
      byte[] mark = in < MARK ? mark(file, at / BLOCK) : template;
      int part = Math.min(count - i, in < MARK ? MARK - in : BLOCK - in);
      System.arraycopy(mark, in, bytes, i, part);
      i += part;
    }
    return bytes;
  }

  /** At the begin of each block, so that no two blocks are the same. */
  private byte[] mark(int file, long block) {
    return "%07d %07d\n".formatted(first + file, block).getBytes(StandardCharsets.US_ASCII);
  }

  private ContentKey keyOf(int file) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (long offset = 0; offset < length; offset += BLOCK) {
        sha256.update(bytes(file, offset, (int) Math.min(BLOCK, length - offset)));
      }
      return new ContentKey(ContentHash.of(sha256), length);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }
}
