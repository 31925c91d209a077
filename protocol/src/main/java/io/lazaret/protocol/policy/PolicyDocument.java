// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.policy;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an operator wants of guests: values for some keys, and which of them no guest may change.
 */
public final class PolicyDocument {
  /** Longest document in bytes. */
  public static final int MOST_BYTES = 256 << 10;

  /** Most values of one list. */
  public static final int MOST_ITEMS = 4_096;

  /** Says nothing. */
  public static final PolicyDocument EMPTY = new PolicyDocument(Map.of(), Set.of());

  private static final String FORMAT = "lazaret-policy = 1";
  private static final String LOCKED = "locked";

  private final Map<PolicyKey, List<String>> values;
  private final Set<PolicyKey> locked;

  private PolicyDocument(Map<PolicyKey, List<String>> values, Set<PolicyKey> locked) {
    this.values = values;
    this.locked = locked;
  }

  /**
   * Takes values as people write them.
   *
   * @throws PolicyException when one does not fit, or a locked key has no value
   */
  public static PolicyDocument of(Map<PolicyKey, List<String>> wanted, Set<PolicyKey> locked)
      throws PolicyException {
    Map<PolicyKey, List<String>> values = new EnumMap<>(PolicyKey.class);
    for (Map.Entry<PolicyKey, List<String>> entry : wanted.entrySet()) {
      values.put(entry.getKey(), canonical(entry.getKey(), entry.getValue()));
    }
    for (PolicyKey key : locked) {
      if (!values.containsKey(key)) {
        throw new PolicyException(
            LOCKED + ": " + key.text() + " (expected: a key that has a value in this policy)");
      }
    }
    PolicyDocument document = new PolicyDocument(values, Set.copyOf(locked));
    int bytes = document.bytes().remaining();
    if (bytes > MOST_BYTES) {
      throw new PolicyException(
          "policy: " + bytes + " bytes (expected: at most " + MOST_BYTES + ")");
    }
    return document;
  }

  private static List<String> canonical(PolicyKey key, List<String> texts) throws PolicyException {
    if (!key.isList() && texts.size() != 1) {
      throw new PolicyException(key.text() + ": " + texts.size() + " values (expected: one)");
    }
    if (texts.size() > MOST_ITEMS) {
      throw new PolicyException(
          key.text() + ": " + texts.size() + " values (expected: at most " + MOST_ITEMS + ")");
    }
    List<String> all = new ArrayList<>(texts.size());
    for (String text : texts) {
      try {
        all.add(key.shape().canonical(text));
      } catch (IllegalArgumentException e) {
        throw new PolicyException(key.text() + ": " + text + " (expected: " + e.getMessage() + ")");
      }
    }
    return List.copyOf(all);
  }

  /**
   * Reads a document as it is sent.
   *
   * @throws PolicyException naming the line, when it is too long, not UTF-8, of another format, or
   *     one line does not fit
   */
  public static PolicyDocument parse(ByteBuffer bytes) throws PolicyException {
    if (bytes.remaining() > MOST_BYTES) {
      throw new PolicyException(
          "policy: " + bytes.remaining() + " bytes (expected: at most " + MOST_BYTES + ")");
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
    } catch (CharacterCodingException e) {
      throw new PolicyException("policy: (expected: UTF-8)");
    }
    String[] lines = text.split("\n", -1);
    if (!lines[0].equals(FORMAT)) {
      throw new PolicyException("line 1: " + shown(lines[0]) + " (expected: " + FORMAT + ")");
    }
    if (!lines[lines.length - 1].isEmpty()) {
      throw new PolicyException("line " + lines.length + ": (expected: a line feed at its end)");
    }
    Map<PolicyKey, List<String>> values = new EnumMap<>(PolicyKey.class);
    Set<PolicyKey> locked = EnumSet.noneOf(PolicyKey.class);
    for (int i = 1; i < lines.length - 1; i++) {
      try {
        line(lines[i], values, locked);
      } catch (PolicyException wrong) {
        throw new PolicyException("line " + (i + 1) + ": " + wrong.getMessage());
      }
    }
    return of(values, locked);
  }

  private static void line(String line, Map<PolicyKey, List<String>> values, Set<PolicyKey> locked)
      throws PolicyException {
    int equals = line.indexOf(" =");
    String rest = equals < 0 ? "" : line.substring(equals + 2);
    if (equals < 0 || !(rest.isEmpty() || rest.startsWith(" "))) {
      throw new PolicyException(shown(line) + " (expected: KEY = VALUE)");
    }
    String name = line.substring(0, equals);
    String value = rest.isEmpty() ? "" : rest.substring(1);
    if (name.equals(LOCKED)) {
      locked.add(key(value));
      return;
    }
    PolicyKey key = key(name);
    List<String> all = values.computeIfAbsent(key, _ -> new ArrayList<>());
    if (value.isEmpty() && key.isList()) {
      return; // says that there is nothing in it
    }
    if (!key.isList() && !all.isEmpty()) {
      throw new PolicyException(name + ": " + shown(value) + " (expected: once)");
    }
    canonical(key, List.of(value));
    all.add(value);
  }

  private static PolicyKey key(String name) throws PolicyException {
    return PolicyKey.of(name)
        .orElseThrow(() ->
            new PolicyException(
                shown(name) + ": unknown key (expected: one of " + PolicyKey.names() + ")"));
  }

  private static String shown(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }

  /** The document as it is sent: one line each, keys in their order. */
  public ByteBuffer bytes() {
    return ByteBuffer.wrap(text().getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer();
  }

  /** The document as it is sent, as text. */
  public String text() {
    StringBuilder text = new StringBuilder(FORMAT).append('\n');
    for (PolicyKey key : PolicyKey.values()) {
      List<String> all = values.get(key);
      if (all != null && all.isEmpty()) {
        text.append(key.text()).append(" =\n");
      } else if (all != null) {
        all.forEach(value -> text.append(key.text()).append(" = ").append(value).append('\n'));
      }
    }
    for (PolicyKey key : PolicyKey.values()) {
      if (locked.contains(key)) {
        text.append(LOCKED).append(" = ").append(key.text()).append('\n');
      }
    }
    return text.toString();
  }

  /** Whether it says nothing. */
  public boolean isEmpty() {
    return values.isEmpty();
  }

  /** Whether no guest may have another value than this document's. */
  public boolean locks(PolicyKey key) {
    return locked.contains(key);
  }

  /** The values of a key, in canonical form; none when the document does not speak of it. */
  public Optional<List<String>> values(PolicyKey key) {
    return Optional.ofNullable(values.get(key));
  }

  /** The one value of a key that is no list. */
  public Optional<String> value(PolicyKey key) {
    return values(key).map(List::getFirst);
  }

  /** The value of a number or a size. */
  public Optional<Long> number(PolicyKey key) {
    return value(key).map(Long::valueOf);
  }

  /** The value of a duration. */
  public Optional<Duration> duration(PolicyKey key) {
    return value(key)
        .map(text -> Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2))));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PolicyDocument document
        && document.values.equals(values)
        && document.locked.equals(locked);
  }

  @Override
  public int hashCode() {
    return values.hashCode() * 31 + locked.hashCode();
  }

  @Override
  public String toString() {
    return text();
  }
}
