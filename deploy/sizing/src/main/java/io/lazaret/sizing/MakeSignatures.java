// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Writes signatures that cost an engine what real ones cost and find nothing: random, in the mix of
 * kinds and targets of the public sets, the same for the same seed.
 */
@Command(
    name = "make-signatures",
    description = "Writes synthetic signatures of ClamAV's formats; they match nothing.")
final class MakeSignatures implements Callable<Integer> {
  private static final int LARGEST_FILE = 8 << 20;

  @Option(names = "--out", required = true, description = "Folder to write into, made if missing.")
  private Path out = Path.of("");

  @Option(names = "--hdb", defaultValue = "150000", description = "MD5 signatures.")
  private int hdb;

  @Option(names = "--hsb", defaultValue = "150000", description = "SHA-256 signatures.")
  private int hsb;

  @Option(names = "--ndb", defaultValue = "8000", description = "Body signatures.")
  private int ndb;

  @Option(names = "--ldb", defaultValue = "2000", description = "Logical signatures.")
  private int ldb;

  @Option(names = "--seed", defaultValue = "1", description = "Same seed, same signatures.")
  private long seed;

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(out);
    SplittableRandom random = new SplittableRandom(seed);
    write("synthetic.hdb", hdb, random.split(), (r, i) -> digest(r, 16, "Md5", i));
    write("synthetic.hsb", hsb, random.split(), (r, i) -> digest(r, 32, "Sha256", i));
    write("synthetic.ndb", ndb, random.split(), MakeSignatures::body);
    write("synthetic.ldb", ldb, random.split(), MakeSignatures::logical);
    return 0;
  }

  /** Makes the line of one signature. */
  @FunctionalInterface
  private interface Signature {
    String line(SplittableRandom random, int number);
  }

  private void write(String file, int count, SplittableRandom random, Signature signature)
      throws IOException {
    if (count == 0) {
      return;
    }
    try (BufferedWriter lines =
        Files.newBufferedWriter(out.resolve(file), StandardCharsets.US_ASCII)) {
      for (int i = 0; i < count; i++) {
        lines.append(signature.line(random, i)).append('\n');
      }
    }
  }

  private static String digest(SplittableRandom random, int bytes, String kind, int number) {
    int size = 64 + random.nextInt(LARGEST_FILE);
    return hex(random, bytes) + ":" + size + ":Synthetic." + kind + "-" + number;
  }

  private static String body(SplittableRandom random, int number) {
    String pattern = hex(random, 16 + random.nextInt(48));
    return "Synthetic.Body-" + number + ":" + target(random) + ":*:" + pattern;
  }

  private static String logical(SplittableRandom random, int number) {
    return "Synthetic.Logical-"
        + number
        + ";Engine:51-255,Target:"
        + target(random)
        + ";(0&1)|2;"
        + hex(random, 12 + random.nextInt(20))
        + ";"
        + hex(random, 12 + random.nextInt(20))
        + ";"
        + hex(random, 24);
  }

  /** clamd's numbers: mostly programs of Windows (1), then anything (0), HTML, ELF, text. */
  private static int target(SplittableRandom random) {
    int percent = random.nextInt(100);
    return percent < 65 ? 1 : percent < 75 ? 0 : percent < 85 ? 3 : percent < 99 ? 6 : 7;
  }

  private static String hex(SplittableRandom random, int bytes) {
    byte[] value = new byte[bytes];
    random.nextBytes(value);
    return HexFormat.of().formatHex(value);
  }
}
