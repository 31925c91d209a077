// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A program of this machine, made as long as wanted by its own bytes: whole header and sections,
 * and a tail that no other content has.
 */
final class ElfTemplate {
  private static final Path PROGRAMS = Path.of("/usr/bin");
  private static final byte[] MAGIC = {0x7f, 'E', 'L', 'F'};
  private static final int TAIL = 32;
  private static final Map<Integer, byte[]> MADE = new ConcurrentHashMap<>();

  private ElfTemplate() {}

  static byte[] content(int size, SplittableRandom random) {
    byte[] content = MADE.computeIfAbsent(size, ElfTemplate::template).clone();
    byte[] tail = new byte[Math.min(TAIL, size)];
    random.nextBytes(tail);
    System.arraycopy(tail, 0, content, size - tail.length, tail.length);
    return content;
  }

  private static byte[] template(int size) {
    try (Stream<Path> files = Files.list(PROGRAMS)) {
      Path program =
          files
              .filter(file -> Files.isRegularFile(file) && lengthOf(file) <= size && isElf(file))
              .max(Comparator.comparingLong(ElfTemplate::lengthOf).thenComparing(f -> f))
              .orElseThrow(() -> new IOException(PROGRAMS + ": no ELF of at most " + size));
      byte[] bytes = Files.readAllBytes(program);
      byte[] template = Arrays.copyOf(bytes, size);
      for (int at = bytes.length; at < size; at += bytes.length) {
        System.arraycopy(bytes, 0, template, at, Math.min(bytes.length, size - at));
      }
      return template;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long lengthOf(Path file) {
    return file.toFile().length();
  }

  private static boolean isElf(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
    } catch (IOException e) {
      return false; // not ours to read, so not ours to copy
    }
  }
}
