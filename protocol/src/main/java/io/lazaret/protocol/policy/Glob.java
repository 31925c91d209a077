// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One glob without braces, matched by following all its positions at once: no path can make it go
 * back and forth.
 */
final class Glob {
  /** One step of the pattern. */
  private sealed interface Token {
    boolean takes(char c);
  }

  private record One(char wanted) implements Token {
    @Override
    public boolean takes(char c) {
      return c == wanted;
    }
  }

  private record AnyOne() implements Token {
    @Override
    public boolean takes(char c) {
      return c != '/';
    }
  }

  /** Any number of characters. */
  private record Star(boolean slashes) implements Token {
    @Override
    public boolean takes(char c) {
      return slashes || c != '/';
    }
  }

  private record OneOf(String ranges, boolean not) implements Token {
    @Override
    public boolean takes(char c) {
      boolean in = false;
      for (int i = 0; i < ranges.length(); i += 2) {
        in |= c >= ranges.charAt(i) && c <= ranges.charAt(i + 1);
      }
      return c != '/' && in != not;
    }
  }

  private final String prefix;
  private final Token[] rest;

  private Glob(String prefix, Token[] rest) {
    this.prefix = prefix;
    this.rest = rest;
  }

  /** Refuses by IllegalArgumentException whose message is what was expected. */
  static Glob compile(String glob) {
    List<Token> tokens = new ArrayList<>();
    for (int at = 0; at < glob.length(); at++) {
      char c = glob.charAt(at);
      switch (c) {
        case '*' -> {
          int end = at;
          while (end < glob.length() && glob.charAt(end) == '*') {
            end++;
          }
          if (end - at > 2) {
            throw new IllegalArgumentException("* or **");
          }
          tokens.add(new Star(end - at == 2));
          at = end - 1;
        }
        case '?' -> tokens.add(new AnyOne());
        case '[' -> {
          int end = glob.indexOf(']', at + 2);
          if (end < 0) {
            throw new IllegalArgumentException("a ] after every [");
          }
          tokens.add(oneOf(glob.substring(at + 1, end)));
          at = end;
        }
        case '\\' -> {
          at++;
          if (at == glob.length()) {
            throw new IllegalArgumentException("a character after every backslash");
          }
          tokens.add(new One(glob.charAt(at)));
        }
        default -> tokens.add(new One(c));
      }
    }
    StringBuilder prefix = new StringBuilder();
    while (prefix.length() < tokens.size() && tokens.get(prefix.length()) instanceof One one) {
      prefix.append(one.wanted());
    }
    return new Glob(
        prefix.toString(), tokens.subList(prefix.length(), tokens.size()).toArray(Token[]::new));
  }

  private static OneOf oneOf(String inside) {
    boolean not = inside.startsWith("!");
    String set = not ? inside.substring(1) : inside;
    if (set.isEmpty() || set.indexOf('/') >= 0) {
      throw new IllegalArgumentException("characters other than / between [ and ]");
    }
    StringBuilder ranges = new StringBuilder();
    for (int i = 0; i < set.length(); i++) {
      char from = set.charAt(i);
      char to = from;
      if (i + 2 < set.length() && set.charAt(i + 1) == '-') {
        to = set.charAt(i + 2);
        i += 2;
      }
      if (to < from) {
        throw new IllegalArgumentException("a range such as a-z between [ and ]");
      }
      ranges.append(from).append(to);
    }
    return new OneOf(ranges.toString(), not);
  }

  boolean matches(String path) {
    if (!path.startsWith(prefix)) {
      return false;
    }
    // reached[i]: the characters so far can stand for the first i steps.
    boolean[] reached = new boolean[rest.length + 1];
    boolean[] next = new boolean[rest.length + 1];
    reached[0] = true;
    skipStars(reached);
    for (int at = prefix.length(); at < path.length(); at++) {
      char c = path.charAt(at);
      boolean alive = false;
      Arrays.fill(next, false);
      for (int i = 0; i < rest.length; i++) {
        if (reached[i] && rest[i].takes(c)) {
          next[rest[i] instanceof Star ? i : i + 1] = true;
          alive = true;
        }
      }
      if (!alive) {
        return false;
      }
      skipStars(next);
      boolean[] before = reached;
      reached = next;
      next = before;
    }
    return reached[rest.length];
  }

  private void skipStars(boolean[] reached) {
    for (int i = 0; i < rest.length; i++) {
      if (reached[i] && rest[i] instanceof Star) {
        reached[i + 1] = true;
      }
    }
  }
}
