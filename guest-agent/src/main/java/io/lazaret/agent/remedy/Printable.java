// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

/** Text of a guest's making, without what a terminal would obey. */
final class Printable {
  private static final int LONGEST = 5000;

  private Printable() {}

  /** Controls, line ends, marks that turn the direction, and what is not a character become '?'. */
  static String of(String text) {
    return of(text, LONGEST);
  }

  /** The same, and no longer than so many characters. */
  static String of(String text, int most) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), most));
    text.codePoints().limit(most).forEach(c -> out.appendCodePoint(harmless(c) ? c : '?'));
    return text.length() > most ? out + "..." : out.toString();
  }

  private static boolean harmless(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
