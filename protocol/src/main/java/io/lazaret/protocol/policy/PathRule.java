// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.policy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Paths that a rule names: a file; with {@code /} at its end everything below a folder; or a glob.
 *
 * <p>In a glob {@code *} stands for any characters but {@code /}, {@code **} for any characters,
 * {@code ?} for one but {@code /}, {@code [a-z]} and {@code [!a-z]} for one of a set and one of
 * none but {@code /}, {@code {a,b}} for one of several texts, and a backslash takes its meaning
 * from the character behind it. Matching takes time in proportion to both lengths, whatever the
 * path is.
 */
public final class PathRule {
  /** Longest rule, in bytes of UTF-8. */
  public static final int MOST_BYTES = 4_096;

  /** Most globs that braces may stand for. */
  static final int MOST_ALTERNATIVES = 64;

  private final String text;
  private final List<Glob> globs;
  private final boolean folder;

  private PathRule(String text, List<Glob> globs, boolean folder) {
    this.text = text;
    this.globs = List.copyOf(globs);
    this.folder = folder;
  }

  /** Refuses by IllegalArgumentException whose message is what was expected. */
  public static PathRule of(String text) {
    requirePath(text);
    boolean glob = text.chars().anyMatch(c -> "*?[{\\".indexOf(c) >= 0);
    boolean folder = text.endsWith("/");
    if (!glob) {
      if (text.equals("/")) {
        throw new IllegalArgumentException("less than everything");
      }
      return new PathRule(text, List.of(), folder);
    }
    List<Glob> globs = new ArrayList<>();
    for (String alternative : Braces.expand(folder ? text + "**" : text, MOST_ALTERNATIVES)) {
      Glob compiled = Glob.compile(alternative);
      if (compiled.matches("/a") && compiled.matches("/b/c")) {
        throw new IllegalArgumentException("less than everything");
      }
      globs.add(compiled);
    }
    return new PathRule(text, globs, folder);
  }

  /** Whether the rule names this absolute path. */
  public boolean matches(String path) {
    if (globs.isEmpty()) {
      return folder ? path.startsWith(text) : path.equals(text);
    }
    for (Glob glob : globs) {
      if (glob.matches(path)) {
        return true;
      }
    }
    return false;
  }

  /** As it was written. */
  public String text() {
    return text;
  }

  /** The kernel names files without such detours, so a rule with one would never match. */
  static void requirePath(String text) {
    if (!text.startsWith("/")) {
      throw new IllegalArgumentException("an absolute path");
    }
    if (text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      throw new IllegalArgumentException("at most " + MOST_BYTES + " bytes");
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("no control characters");
    }
    if ((text + "/").matches(".*/\\.{1,2}/.*") || text.contains("//")) {
      throw new IllegalArgumentException("a path without //, /./ and /../");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PathRule rule && rule.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
