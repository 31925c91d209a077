// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.policy;

import java.util.ArrayList;
import java.util.List;

/** Writes {@code {a,b}} in a glob out: one glob for each alternative, without nesting. */
final class Braces {
  private Braces() {}

  static List<String> expand(String glob, int most) {
    List<String> heads = new ArrayList<>(List.of(""));
    int at = 0;
    while (at < glob.length()) {
      char c = glob.charAt(at);
      if (c == '\\' || c != '{') {
        if (c == '}') {
          throw new IllegalArgumentException("a { before every }");
        }
        int length = c == '\\' ? 2 : c == '[' ? set(glob, at) : 1;
        String piece = glob.substring(at, Math.min(glob.length(), at + length));
        heads.replaceAll(head -> head + piece);
        at += length;
      } else {
        int end = end(glob, at);
        List<String> choices = choices(glob.substring(at + 1, end));
        if ((long) heads.size() * choices.size() > most) {
          throw new IllegalArgumentException("braces that stand for at most " + most + " globs");
        }
        List<String> longer = new ArrayList<>();
        for (String head : heads) {
          for (String choice : choices) {
            longer.add(head + choice);
          }
        }
        heads = longer;
        at = end + 1;
      }
    }
    return heads;
  }

  /** How long the set that begins here is; one when it does not end, which is refused elsewhere. */
  private static int set(String glob, int at) {
    int end = glob.indexOf(']', at + 2);
    return end < 0 ? 1 : end + 1 - at;
  }

  private static int end(String glob, int at) {
    for (int i = at + 1; i < glob.length(); i++) {
      switch (glob.charAt(i)) {
        case '\\' -> i++;
        case '{' -> throw new IllegalArgumentException("no braces inside of braces");
        case '}' -> {
          return i;
        }
        default -> {}
      }
    }
    throw new IllegalArgumentException("a } after every {");
  }

  private static List<String> choices(String inside) {
    List<String> choices = new ArrayList<>();
    StringBuilder choice = new StringBuilder();
    for (int i = 0; i < inside.length(); i++) {
      char c = inside.charAt(i);
      if (c == ',') {
        choices.add(choice.toString());
        choice.setLength(0);
      } else {
        choice.append(c);
        if (c == '\\' && i + 1 < inside.length()) {
          choice.append(inside.charAt(++i));
        }
      }
    }
    choices.add(choice.toString());
    return choices;
  }
}
