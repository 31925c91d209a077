// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Capability;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.Message;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A test vector's text: the fields, one a line, and after "hex:" the frame's bytes. */
final class Vector {
  static final Path FOLDER = Path.of("src/test/resources/vectors");

  private static final int BYTES_PER_LINE = 16;

  private Vector() {}

  static Map<String, String> readAll(Path folder) throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.put(file.getFileName().toString().replace(".txt", ""), Files.readString(file));
      }
    }
    return all;
  }

  static ByteBuffer bytes(String vector) {
    return Frame.ofHex(vector.substring(vector.indexOf("hex:\n") + 5));
  }

  static String render(Message message, ByteBuffer frame) {
    StringBuilder text = new StringBuilder();
    text.append("message: ").append(message.getClass().getSimpleName()).append('\n');
    describe("", message, text);
    return text.append("hex:\n").append(hexLines(frame)).toString();
  }

  static String hexLines(ByteBuffer frame) {
    StringBuilder text = new StringBuilder();
    for (int at = frame.position(); at < frame.limit(); at += BYTES_PER_LINE) {
      int length = Math.min(BYTES_PER_LINE, frame.limit() - at);
      text.append(Frame.hex(frame.slice(at, length))).append('\n');
    }
    return text.toString();
  }

  private static void describe(String name, Object value, StringBuilder text) {
    switch (value) {
      case ContentHash hash -> line(name, hash, text);
      case Instant instant -> line(name, instant, text);
      case ByteBuffer bytes -> line(name, Frame.hex(bytes).replace(" ", ""), text);
      case String string -> line(name, '"' + string + '"', text);
      case List<?> list -> {
        line(name + ".count", list.size(), text);
        for (int i = 0; i < list.size(); i++) {
          describe(name + "[" + i + "]", list.get(i), text);
        }
      }
      case Set<?> set -> line(name, String.join(" ", names(set)), text);
      case Map<?, ?> map ->
          new TreeMap<>(map).forEach((key, item) -> line(name + "." + key, item, text));
      case Record record -> describe(name, record, text);
      default -> line(name, value, text);
    }
  }

  private static void describe(String name, Record record, StringBuilder text) {
    boolean variant = record.getClass().getInterfaces().length > 0;
    if (variant && !name.isEmpty()) {
      line(name, record.getClass().getSimpleName(), text);
    }
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      try {
        Object value = component.getAccessor().invoke(record);
        describe(
            name.isEmpty() ? component.getName() : name + "." + component.getName(), value, text);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(e.getMessage(), e);
      }
    }
  }

  private static Collection<String> names(Set<?> set) {
    TreeSet<Capability> sorted = new TreeSet<>();
    for (Object item : set) {
      sorted.add((Capability) item);
    }
    return sorted.stream().map(Capability::name).toList();
  }

  private static void line(String name, Object value, StringBuilder text) {
    text.append((name + ": " + value).stripTrailing()).append('\n');
  }
}
