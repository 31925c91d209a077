// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A secret text of ours, and the signature that finds it: the name of the finding tells which
 * generation of signatures the engine that answers has loaded.
 */
final class Canary {
  static final String FILE = "gen.ndb";
  private static final Pattern NAME = Pattern.compile("DbGen-(\\d{1,18})(\\.UNOFFICIAL)?");

  private final byte[] text;

  private Canary(byte[] text) {
    this.text = text;
  }

  /** Reads the text from this file, or makes it. */
  static Canary at(Path file) throws IOException {
    if (!Files.exists(file)) {
      byte[] random = new byte[24];
      new SecureRandom().nextBytes(random);
      Path next = file.resolveSibling(file.getFileName() + ".next");
      Files.writeString(next, "lazaret-canary-" + HexFormat.of().formatHex(random));
      Files.move(next, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
    return new Canary(Files.readAllBytes(file));
  }

  /** The signature file's line for this generation. */
  String signature(long generation) {
    return "DbGen-" + generation + ":0:*:" + HexFormat.of().formatHex(text) + "\n";
  }

  /** The generation that the engine has loaded now. */
  Reading read(Scanner scanner) {
    return switch (scanner.scan(text.length, () -> new ByteArrayInputStream(text))) {
      case Scanner.Look.Found(Verdict.Infected(String name)) -> {
        Matcher matcher = NAME.matcher(name);
        yield matcher.matches()
            ? new Reading.Generation(Long.parseLong(matcher.group(1)))
            : new Reading.Wrong("canary: found as " + name);
      }
      case Scanner.Look.Found(Verdict verdict) -> new Reading.Wrong("canary: " + verdict);
      case Scanner.Look.Lost(String detail) -> new Reading.Lost(detail);
      case Scanner.Look.Absent(String detail) -> new Reading.Lost(detail);
      case Scanner.Look.Failed(String detail) -> new Reading.Wrong("canary: " + detail);
      case Scanner.Look.BadSource(String detail) -> new Reading.Wrong("canary: " + detail);
    };
  }

  /** What came of a reading. */
  sealed interface Reading {
    /** The engine named its generation. */
    record Generation(long number) implements Reading {}

    /** The engine answered, but did not know the canary. */
    record Wrong(String detail) implements Reading {}

    /** The engine did not answer. */
    record Lost(String detail) implements Reading {}
  }

  @Override
  public String toString() {
    return "canary of " + new String(text, StandardCharsets.US_ASCII).length() + " characters";
  }
}
