// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

import java.util.Locale;
import java.util.regex.Pattern;

/** The names that guests and tenants may have. */
public final class Names {
  /** Letters, digits, dots, dashes and underscores, at most 63, and a letter or digit first. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private static final int KEPT_OF_HOST = 48;

  private Names() {}

  /** The name, if it is one. */
  public static String require(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what + ": " + name + " (expected: 1 to 63 letters, digits, dots, dashes, underscores)");
    }
    return name;
  }

  /** A name made of what a guest calls itself, which may be anything. */
  static String ofHost(String host) {
    String kept =
        host.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]+", "-").replaceAll("^[.-]+", "");
    String cut = kept.length() <= KEPT_OF_HOST ? kept : kept.substring(0, KEPT_OF_HOST);
    return cut.isEmpty() ? "guest" : cut;
  }
}
