// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes files of random content that is the same for the same seed, no two of them alike. */
@Command(name = "make-files", description = "Writes random files, the same for the same seed.")
final class MakeFiles implements Callable<Integer> {
  private static final String[] WORDS = {
    "ship", "cargo", "island", "harbour", "watch", "letter", "captain", "water", "flag", "bread"
  };

  enum Kind {
    TEXT,
    BINARY,
    ELF
  }

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--dir", required = true, description = "Folder to write into, made if missing.")
  private Path dir = Path.of("");

  @Option(names = "--files", defaultValue = "100", description = "How many.")
  private int files;

  @Option(names = "--size", defaultValue = "10240", description = "Bytes of each (1-1073741824).")
  private int size;

  @Option(names = "--kind", defaultValue = "TEXT", description = "${COMPLETION-CANDIDATES}.")
  private Kind kind = Kind.TEXT;

  @Option(names = "--seed", defaultValue = "1", description = "Same seed, same files.")
  private long seed;

  @Override
  public Integer call() throws IOException {
    if (files < 1 || size < 1 || size > 1 << 30) {
      String message =
          "--files: " + files + ", --size: " + size + " (expected: >= 1, size <= 1073741824)";
      if (spec == null) {
        throw new IllegalArgumentException(message);
      }
      throw new ParameterException(spec.commandLine(), message);
    }
    Files.createDirectories(dir);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < files; i++) {
      Files.write(dir.resolve("file-%05d".formatted(i)), content(kind, size, random.split()));
    }
    return 0;
  }

  static byte[] content(Kind kind, int size, SplittableRandom random) {
    if (kind == Kind.ELF) {
      return ElfTemplate.content(size, random);
    }
    byte[] content = new byte[size];
    if (kind == Kind.BINARY) {
      random.nextBytes(content);
      return content;
    }
    StringBuilder text = new StringBuilder(size + 32);
    while (text.length() < size) {
      text.append(WORDS[random.nextInt(WORDS.length)])
          .append(random.nextInt(1_000_000))
          .append(random.nextInt(8) == 0 ? '\n' : ' ');
    }
    System.arraycopy(text.toString().getBytes(StandardCharsets.US_ASCII), 0, content, 0, size);
    return content;
  }
}
