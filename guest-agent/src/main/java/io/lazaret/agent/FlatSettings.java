// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings as lines {@code key = value}, read without a library. A list has one line for each of
 * its elements, an empty one the line {@code key =}; empty lines and those that begin with # say
 * nothing. Durations are whole numbers with ms, s, m, h or d, sizes with nothing, KiB, MiB or GiB.
 */
final class FlatSettings extends Settings {
  /** Names a key of which the guest's own file speaks; a list. */
  static final String OWN = "own";

  /** What was said about a key, and the first line that did. */
  private record Said(int line, List<String> values) {}

  private final String origin;
  private final Path directory;
  private final Map<String, Said> lines;

  private FlatSettings(String origin, Path directory, Map<String, Said> lines) {
    this.origin = origin;
    this.directory = directory;
    this.lines = lines;
  }

  /**
   * Reads a text.
   *
   * @param origin where it comes from, for messages
   * @param directory where relative paths start
   */
  static FlatSettings parse(String text, String origin, Path directory) throws SettingsException {
    Map<String, Said> lines = new LinkedHashMap<>();
    int number = 0;
    int at = 0;
    while (at < text.length()) {
      int end = text.indexOf('\n', at);
      String line = text.substring(at, end < 0 ? text.length() : end).strip();
      at = end < 0 ? text.length() : end + 1;
      number++;
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int equals = line.indexOf('=');
      if (equals <= 0) {
        throw new SettingsException(
            origin + ":" + number + ": " + line + " (expected: a line key = value)");
      }
      String key = line.substring(0, equals).strip();
      String value = line.substring(equals + 1).strip();
      Said said = lines.get(key);
      if (said == null) {
        said = new Said(number, new ArrayList<>(1));
        lines.put(key, said);
      }
      said.values.add(value);
    }
    return new FlatSettings(origin, directory, lines);
  }

  /** Everything that something is said about, in its order. */
  Set<String> keys() {
    return lines.keySet();
  }

  /** Whether anything is said about a key. */
  boolean has(String key) {
    return lines.containsKey(key);
  }

  @Override
  boolean isOwn(String key) {
    Said said = lines.get(OWN);
    return said != null && said.values.contains(key);
  }

  /** Where something is said about a key. */
  String place(String key) {
    Said said = lines.get(key);
    return said == null ? origin : origin + ":" + said.line;
  }

  @Override
  String text(String key) throws SettingsException {
    Said said = lines.get(key);
    if (said == null || said.values.size() != 1) {
      throw wrong(key, "one value");
    }
    return said.values.getFirst();
  }

  @Override
  List<String> texts(String key, String expected) throws SettingsException {
    Said said = lines.get(key);
    if (said == null) {
      throw wrong(key, expected);
    }
    return said.values.equals(List.of("")) ? List.of() : said.values;
  }

  @Override
  boolean says(String key, String word) {
    Said said = lines.get(key);
    return said != null && said.values.equals(List.of(word));
  }

  @Override
  long bytesOf(String key) {
    String text = only(key);
    int unit = unitAt(text);
    long factor =
        switch (text.substring(unit).strip()) {
          case "", "B" -> 1;
          case "KiB" -> 1L << 10;
          case "MiB" -> 1L << 20;
          case "GiB" -> 1L << 30;
          default -> throw new IllegalArgumentException(text);
        };
    return times(text, unit, factor);
  }

  @Override
  Duration durationOf(String key) {
    String text = only(key);
    int unit = unitAt(text);
    long millis =
        switch (text.substring(unit).strip()) {
          case "ms" -> 1;
          case "s" -> 1_000;
          case "m" -> 60_000;
          case "h" -> 3_600_000;
          case "d" -> 86_400_000;
          default -> throw new IllegalArgumentException(text);
        };
    return Duration.ofMillis(times(text, unit, millis));
  }

  private static int unitAt(String text) {
    int at = 0;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }

  private static long times(String text, int digits, long factor) {
    try {
      return Math.multiplyExact(Long.parseLong(text.substring(0, digits)), factor);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private String only(String key) {
    Said said = lines.get(key);
    if (said == null || said.values.size() != 1) {
      throw new IllegalArgumentException(key);
    }
    return said.values.getFirst();
  }

  @Override
  Path directory() {
    return directory;
  }

  @Override
  SettingsException wrong(String key, String expected) {
    return new SettingsException(
        place(key) + ": " + key + ": " + shown(lines.get(key)) + " (expected: " + expected + ")");
  }

  private static String shown(@Nullable Said said) {
    if (said == null) {
      return "missing";
    }
    return said.values.size() == 1 ? said.values.getFirst() : said.values.toString();
  }
}
