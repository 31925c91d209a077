// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The contents that simulated guests hold: made or read when they are needed, the same for the same
 * seed.
 */
final class Contents {
  private final IntFunction<byte[]> source;
  private final AtomicReferenceArray<ContentKey> keys;

  private Contents(int count, IntFunction<byte[]> source) {
    this.source = source;
    this.keys = new AtomicReferenceArray<>(count);
  }

  static Contents texts(int count, int size, long seed) {
    return new Contents(
        count,
        index ->
            MakeFiles.content(
                MakeFiles.Kind.TEXT, size, new SplittableRandom(seed ^ (index * 31L))));
  }

  static Contents of(byte[]... contents) {
    return new Contents(contents.length, index -> contents[index]);
  }

  static Contents files(List<Path> files) {
    return new Contents(files.size(), index -> read(files.get(index)));
  }

  int count() {
    return keys.length();
  }

  byte[] bytes(int index) {
    return source.apply(index);
  }

  ContentKey key(int index) {
    ContentKey known = keys.get(index);
    if (known == null) {
      known = keyOf(bytes(index));
      keys.set(index, known);
    }
    return known;
  }

  /** Hashing is the guests' work in the field: done before, it is not measured. */
  void hashAll() {
    IntStream.range(0, count()).parallel().forEach(this::key);
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
