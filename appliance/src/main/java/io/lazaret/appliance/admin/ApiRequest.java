// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A question to the API.
 *
 * @param path its parts, without {@code /api}
 * @param values the query's or the body's fields
 */
record ApiRequest(String method, List<String> path, Map<String, String> values) {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})([smhd])");

  /** The method and the first part of the path, and how many more there are. */
  String route() {
    return method + " " + (path.isEmpty() ? "" : path.getFirst()) + "/*".repeat(extra());
  }

  String part(int index) {
    return path.get(index);
  }

  Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
  }

  int number(String name, int preset, int lowest, int highest) {
    Optional<String> value = value(name);
    int number = preset;
    try {
      number = value.isPresent() ? Integer.parseInt(value.get()) : preset;
    } catch (NumberFormatException e) {
      number = lowest - 1;
    }
    if (number < lowest || number > highest) {
      throw new IllegalArgumentException(
          name + ": " + value.orElse("") + " (expected: " + lowest + " to " + highest + ")");
    }
    return number;
  }

  long longNumber(String name, long preset) {
    Optional<String> value = value(name);
    if (value.isEmpty()) {
      return preset;
    }
    if (!value.get().matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException(name + ": " + value.get() + " (expected: a whole number)");
    }
    return Long.parseLong(value.get());
  }

  Duration duration(String name, Duration preset) {
    Optional<String> value = value(name);
    if (value.isEmpty()) {
      return preset;
    }
    Matcher matcher = DURATION.matcher(value.get());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          name + ": " + value.get() + " (expected: such as 90s, 15m, 1h or 7d)");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  private int extra() {
    return Math.max(0, path.size() - 1);
  }
}
