// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The files of one row of {@link Opens}. Files that are opened for the first time are there once
 * for each round.
 */
enum OpenSubject {
  SYSTEM("system", MakeFiles.Kind.TEXT, 10 << 10, 50, true, true),
  USERS("user", MakeFiles.Kind.TEXT, 10 << 10, 50, true, true),
  KNOWN_SMALL("known-10", MakeFiles.Kind.TEXT, 10 << 10, 300, true, false),
  KNOWN_LARGE("known-300", MakeFiles.Kind.ELF, 300 << 10, 50, true, false),
  NEW_SMALL("new-10", MakeFiles.Kind.TEXT, 10 << 10, 60, false, false),
  NEW_LARGE("new-300", MakeFiles.Kind.ELF, 300 << 10, 20, false, false),
  MANY("many", MakeFiles.Kind.TEXT, 10 << 10, 2000, true, false),
  BESIDE("beside", MakeFiles.Kind.TEXT, 10 << 10, 500, true, false),
  /** As large as clamonacc scans without being told to. */
  HUGE("huge", MakeFiles.Kind.BINARY, 4_900_000, 2, false, false);

  private static final int USER = 1000;

  private final String folder;
  private final MakeFiles.Kind kind;
  private final int size;
  private final int files;

  /** Whether the appliance is to have a verdict before; the same contents in each round then. */
  private final boolean known;

  /** Whether one set of files serves all rounds. */
  private final boolean repeated;

  OpenSubject(
      String folder, MakeFiles.Kind kind, int size, int files, boolean known, boolean repeated) {
    this.folder = folder;
    this.kind = kind;
    this.size = size;
    this.files = files;
    this.known = known;
    this.repeated = repeated;
  }

  /** Writes all files below a folder, those of users with their owner. */
  void write(Path below, int rounds) throws IOException {
    for (int round = 0; round < (repeated ? 1 : rounds); round++) {
      Path target = Files.createDirectories(below.resolve(folder).resolve("round-" + round));
      for (int i = 0; i < files; i++) {
        Path file = Files.write(target.resolve("file-%05d".formatted(i)), content(i, round));
        if (this != SYSTEM) {
          Files.setAttribute(file, "unix:uid", USER);
        }
      }
    }
  }

  /** The files of one round, in the order they are opened. */
  List<Path> in(Path below, int round) throws IOException {
    Path files = below.resolve(folder).resolve("round-" + (repeated ? 0 : round));
    try (Stream<Path> found = Files.list(files)) {
      return found.sorted().toList();
    }
  }

  /** Contents of the same kind that nobody has, for the engine alone. */
  List<byte[]> others(int round) {
    return IntStream.range(0, files).mapToObj(i -> content(i, -1 - round)).toList();
  }

  private byte[] content(int file, int round) {
    long seed = folder.hashCode() * 1_000_003L + file * 31L + (known ? 0 : round * 7_919_317L);
    return MakeFiles.content(kind, size, new SplittableRandom(seed));
  }
}
