// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

/**
 * The checks that the message records share; each message names the value and what was expected.
 */
final class Checks {
  private Checks() {}

  static void notNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0)");
    }
  }

  static void inRange(String name, long value, long lowest, long highest) {
    if (value < lowest || value > highest) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + lowest + " to " + highest + ")");
    }
  }
}
