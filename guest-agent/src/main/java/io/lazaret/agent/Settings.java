// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Settings by key, each read with what it has to be; what does not fit is refused with its place,
 * its value and the expectation.
 */
abstract class Settings {
  /** A value as it was said. */
  abstract String text(String key) throws SettingsException;

  /** A list as it was said. */
  abstract List<String> texts(String key, String expected) throws SettingsException;

  /** Whether it is this word, which may stand in the place of a list. */
  abstract boolean says(String key, String word);

  /** Whether the guest's own file speaks of a key, so that not the default counts. */
  abstract boolean isOwn(String key);

  /** The value's meaning as a number of bytes; IllegalArgumentException when it has none. */
  abstract long bytesOf(String key);

  /** The value's meaning as a duration; IllegalArgumentException when it has none. */
  abstract Duration durationOf(String key);

  /** The folder at which relative paths start. */
  abstract Path directory();

  abstract SettingsException wrong(String key, String expected);

  boolean flag(String key) throws SettingsException {
    return switch (text(key)) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw wrong(key, "true or false");
    };
  }

  int number(String key, int lowest, int highest) throws SettingsException {
    return (int) longNumber(key, lowest, highest);
  }

  long longNumber(String key, long lowest, long highest) throws SettingsException {
    String expected = "a whole number from " + lowest + " to " + highest;
    String text = text(key);
    long value = made(key, expected, () -> Long.parseLong(text));
    require(key, expected, value >= lowest && value <= highest);
    return value;
  }

  long bytes(String key, long lowest, long highest) throws SettingsException {
    String expected = "a size from " + lowest + " to " + highest + " bytes, such as 64 MiB";
    long value = made(key, expected, () -> bytesOf(key));
    require(key, expected, value >= lowest && value <= highest);
    return value;
  }

  Duration duration(String key, Duration lowest, Duration highest) throws SettingsException {
    String expected =
        "a duration from " + shown(lowest) + " to " + shown(highest) + ", such as 30s or 24h";
    Duration value = made(key, expected, () -> durationOf(key));
    require(key, expected, value.compareTo(lowest) >= 0 && value.compareTo(highest) <= 0);
    return value;
  }

  /** A list of texts, each turned into something by a function that refuses what it cannot read. */
  <T> List<T> list(String key, String expected, Function<String, T> reader)
      throws SettingsException {
    String wanted = "a list of " + expected;
    List<T> list = new ArrayList<>();
    for (String text : texts(key, wanted)) {
      list.add(made(key, wanted, () -> reader.apply(text)));
    }
    return List.copyOf(list);
  }

  /** Whatever a function makes of a value that was read; it refuses by IllegalArgumentException. */
  <T> T make(String key, Supplier<T> maker) throws SettingsException {
    try {
      return maker.get();
    } catch (IllegalArgumentException e) {
      throw wrong(key, String.valueOf(e.getMessage()));
    }
  }

  /** A path; a relative one starts at {@link #directory}. */
  Path path(String key) throws SettingsException {
    String text = text(key);
    require(key, "a path", !text.isEmpty() && text.indexOf('\0') < 0);
    return directory().resolve(text).normalize();
  }

  <T extends Enum<T>> T choice(String key, Class<T> type) throws SettingsException {
    String text = text(key);
    StringBuilder expected = new StringBuilder();
    for (T value : type.getEnumConstants()) {
      String name = value.name().toLowerCase(Locale.ROOT);
      if (name.equals(text.toLowerCase(Locale.ROOT))) {
        return value;
      }
      expected.append(expected.isEmpty() ? "" : " or ").append(name);
    }
    throw wrong(key, expected.toString());
  }

  void require(String key, String expected, boolean holds) throws SettingsException {
    if (!holds) {
      throw wrong(key, expected);
    }
  }

  private <T> T made(String key, String expected, Supplier<T> maker) throws SettingsException {
    try {
      return maker.get();
    } catch (IllegalArgumentException e) {
      throw wrong(key, expected);
    }
  }

  /** A duration as it is written. */
  static String shown(Duration duration) {
    if (duration.toDaysPart() > 0 && duration.equals(Duration.ofDays(duration.toDays()))) {
      return duration.toDays() + "d";
    }
    if (duration.equals(Duration.ofHours(duration.toHours())) && duration.toHours() > 0) {
      return duration.toHours() + "h";
    }
    return duration.equals(Duration.ofSeconds(duration.toSeconds()))
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }
}
