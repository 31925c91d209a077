// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The contents that simulated guests hold: made when they are needed, the same for the same seed.
 */
final class Contents {
  private final int size;
  private final long seed;
  private final AtomicReferenceArray<ContentKey> keys;

  Contents(int count, int size, long seed) {
    this.size = size;
    this.seed = seed;
    this.keys = new AtomicReferenceArray<>(count);
  }

  int count() {
    return keys.length();
  }

  byte[] bytes(int index) {
    return MakeFiles.content(MakeFiles.Kind.TEXT, size, new SplittableRandom(seed ^ (index * 31L)));
  }

  ContentKey key(int index) {
    ContentKey known = keys.get(index);
    if (known == null) {
      known = keyOf(bytes(index));
      keys.set(index, known);
    }
    return known;
  }

  private static ContentKey keyOf(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return new ContentKey(ContentHash.of(hash), bytes.length);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }
}
