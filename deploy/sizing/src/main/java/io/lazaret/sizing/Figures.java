// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Named figures in the order in which they were noted. */
final class Figures {
  private final Map<String, Object> values = new LinkedHashMap<>();

  /** Notes a number or a text. */
  Figures note(String name, Object value) {
    values.put(name, value);
    return this;
  }

  String toJson() {
    return values.entrySet().stream()
        .map(entry -> "\"" + entry.getKey() + "\":" + json(entry.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  String toText() {
    return values.entrySet().stream()
        .map(entry -> "%-28s %s".formatted(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining("\n"));
  }

  private static String json(Object value) {
    return value instanceof Number
        ? value.toString()
        : "\"" + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
