// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.policy;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one value looks like. {@link #canonical} takes what people write and gives the one way it is
 * written in a document; it refuses by IllegalArgumentException whose message is what was expected.
 */
public sealed interface Shape {
  /** The one way to write this value. */
  String canonical(String text);

  /** A duration with its unit, in whole milliseconds: {@code 3s}, {@code 500ms}. */
  record Time(Duration lowest, Duration highest) implements Shape {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,9}) ?(ms|s|m|h|d)");

    @Override
    public String canonical(String text) {
      Matcher matcher = TEXT.matcher(text);
      if (matcher.matches()) {
        Duration duration = duration(Long.parseLong(matcher.group(1)), matcher.group(2));
        if (duration.compareTo(lowest) >= 0 && duration.compareTo(highest) <= 0) {
          return duration.toMillis() + "ms";
        }
      }
      throw new IllegalArgumentException(
          "a duration with its unit from "
              + lowest.toMillis()
              + "ms to "
              + highest.toSeconds()
              + "s, such as 3s");
    }

    private static Duration duration(long amount, String unit) {
      return switch (unit) {
        case "ms" -> Duration.ofMillis(amount);
        case "s" -> Duration.ofSeconds(amount);
        case "m" -> Duration.ofMinutes(amount);
        case "h" -> Duration.ofHours(amount);
        default -> Duration.ofDays(amount);
      };
    }
  }

  /** A number of bytes: {@code 1048576}, {@code 64 MiB}. */
  record Size(long lowest, long highest) implements Shape {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,19}) ?(B|KiB|MiB|GiB|TiB|)");
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

    @Override
    public String canonical(String text) {
      Matcher matcher = TEXT.matcher(text);
      if (matcher.matches()) {
        try {
          int power = Math.max(0, UNITS.indexOf(matcher.group(2)));
          long bytes = Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << (10 * power));
          if (bytes >= lowest && bytes <= highest) {
            return Long.toString(bytes);
          }
        } catch (ArithmeticException | NumberFormatException e) {
          throw new IllegalArgumentException(expected(), e);
        }
      }
      throw new IllegalArgumentException(expected());
    }

    private String expected() {
      return "a size from " + lowest + " to " + highest + " bytes, such as 64 MiB";
    }
  }

  /** A whole number. */
  record Whole(long lowest, long highest) implements Shape {
    private static final Pattern TEXT = Pattern.compile("[0-9]{1,18}");

    @Override
    public String canonical(String text) {
      if (TEXT.matcher(text).matches()) {
        long number = Long.parseLong(text);
        if (number >= lowest && number <= highest) {
          return Long.toString(number);
        }
      }
      throw new IllegalArgumentException("a whole number from " + lowest + " to " + highest);
    }
  }

  /** One of a few words. */
  record Choice(List<String> words) implements Shape {
    public Choice {
      words = List.copyOf(words);
    }

    @Override
    public String canonical(String text) {
      String word = text.toLowerCase(Locale.ROOT);
      if (words.contains(word)) {
        return word;
      }
      throw new IllegalArgumentException(String.join(" or ", words));
    }
  }

  /** Any number of one kind of thing, each a value of its own. */
  record Items(Of of) implements Shape {
    /** The kinds. */
    public enum Of {
      PATH,
      PROGRAM,
      USER
    }

    @Override
    public String canonical(String text) {
      return switch (of) {
        case PATH -> PathRule.of(text).text();
        case PROGRAM -> ProgramRule.of(text).text();
        case USER -> new Whole(0, 0xFFFF_FFFEL).canonical(text);
      };
    }
  }
}
