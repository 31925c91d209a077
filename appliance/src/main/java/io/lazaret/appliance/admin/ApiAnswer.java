// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An answer of the API: an object, or a list of objects under {@code items}.
 *
 * @param status as in HTTP
 */
public record ApiAnswer(int status, ObjectNode body) {
  /** Escapes what could steer a terminal, too: the same JSON, readable anywhere. */
  static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final String ITEMS = "items";

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ApiAnswer ok(ObjectNode body) {
    return new ApiAnswer(200, body);
  }

  static ApiAnswer list(List<ObjectNode> items) {
    ObjectNode body = object();
    ArrayNode array = body.putArray(ITEMS);
    items.forEach(array::add);
    return ok(body);
  }

  /** A list of what others have found, as text. */
  public static ApiAnswer rows(List<Map<String, String>> rows) {
    List<ObjectNode> items = new ArrayList<>();
    for (Map<String, String> row : rows) {
      ObjectNode item = object();
      row.forEach(item::put);
      items.add(item);
    }
    return list(items);
  }

  static ApiAnswer error(int status, String error) {
    return new ApiAnswer(status, object().put("error", error));
  }

  /** Whether it is what was asked for. */
  public boolean isOk() {
    return status < 300;
  }

  /** What went wrong; empty when nothing did. */
  public String error() {
    return isOk() ? "" : plain(body.path("error").asText("status " + status));
  }

  /** One field as text; empty when there is none. */
  public String text(String field) {
    return text(body.path(field));
  }

  /** A field of several lines as text, each line made safe for a terminal. */
  public String lines(String field) {
    return body.path(field)
        .asText("")
        .lines()
        .map(line -> line.replaceAll("[\\p{Cc}\\p{Cf}\\x{2028}\\x{2029}]", "?"))
        .collect(Collectors.joining("\n"));
  }

  /** How many items the list has. */
  public int size() {
    return body.path(ITEMS).size();
  }

  /** The list as JSON with one item in a line, or the object in one line. */
  public String json() {
    if (!body.has(ITEMS)) {
      return write(body);
    }
    List<String> lines = new ArrayList<>();
    body.path(ITEMS).forEach(item -> lines.add(write(item)));
    return lines.isEmpty() ? "[]" : "[\n" + String.join(",\n", lines) + "\n]";
  }

  /** The object as lines of names and values. */
  public String fields() {
    return fields(body);
  }

  /** An object of this name as lines of names and values. */
  public String fields(String object) {
    return fields(body.path(object));
  }

  private static String fields(JsonNode object) {
    StringBuilder text = new StringBuilder();
    object
        .properties()
        .forEach(field -> {
          if (!field.getValue().isContainerNode()) {
            text.append(String.format(Locale.ROOT, "%-16s ", field.getKey()))
                .append(text(field.getValue()))
                .append('\n');
          }
        });
    return text.toString().stripTrailing();
  }

  /** The list as a table with these fields as columns. */
  public String table(String... columns) {
    return tableOf(ITEMS, columns);
  }

  /** A list of this name as a table. */
  public String tableOf(String list, String... columns) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(Arrays.stream(columns).map(column -> column.toUpperCase(Locale.ROOT)).toList());
    for (JsonNode item : body.path(list)) {
      rows.add(Arrays.stream(columns).map(column -> text(item.path(column))).toList());
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns.length; i++) {
        int column = i;
        int width = rows.stream().mapToInt(each -> each.get(column).length()).max().orElse(0);
        line.append(row.get(i)).repeat(' ', width - row.get(i).length() + 2);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString().stripTrailing();
  }

  private static String text(JsonNode value) {
    return plain(value.isMissingNode() || value.isNull() ? "" : value.asText());
  }

  /** Text for a terminal: what guests say must not steer it; logback.xml does the same for logs. */
  private static String plain(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}\\x{2028}\\x{2029}]", "?");
  }

  static String write(JsonNode node) {
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("JSON: cannot be written", e);
    }
  }
}
