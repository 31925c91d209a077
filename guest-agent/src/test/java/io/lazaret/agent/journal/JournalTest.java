// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  @TempDir Path folder = Path.of("");
  private final Counters counters = new Counters();
  private final JournalThread thread = new JournalThread();
  private final List<String> memory = new ArrayList<>();

  @AfterEach
  void stop() {
    thread.close();
  }

  private Path file() {
    return folder.resolve("journal");
  }

  private Journal open(List<String> read) throws IOException {
    return Journal.open(
        file(),
        bytes -> read.add(new String(bytes, StandardCharsets.UTF_8)),
        records -> {
          synchronized (memory) {
            memory.forEach(one -> records.accept(one.getBytes(StandardCharsets.UTF_8)));
          }
        },
        thread,
        counters);
  }

  private void append(Journal journal, String text) {
    synchronized (memory) {
      memory.add(text);
    }
    journal.append(text.getBytes(StandardCharsets.UTF_8));
  }

  private List<String> read() throws IOException {
    List<String> read = new ArrayList<>();
    open(read).close();
    return read;
  }

  @Test
  void whatWasAppendedIsReadAgain() throws Exception {
    try (Journal journal = open(new ArrayList<>())) {
      append(journal, "one");
      append(journal, "two");
    }
    assertEquals(List.of("one", "two"), read());
    assertEquals("rw-------", permissions());
  }

  private String permissions() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file()));
  }

  @Test
  void anyTornEndIsLeftOutAndAnyFlippedBitEndsIt() throws Exception {
    try (Journal journal = open(new ArrayList<>())) {
      append(journal, "one");
      append(journal, "two");
      append(journal, "three");
    }
    byte[] whole = Files.readAllBytes(file());
    for (int length = 0; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      List<String> read = new ArrayList<>();
      boolean complete = new JournalFile(file()).read(text(read));
      assertEquals(List.of("one", "two", "three").subList(0, read.size()), read);
      assertEquals(length == 8 || length == 19 || length == 30, complete, "length " + length);
    }
    for (int at = 8; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 4;
      Files.write(file(), flipped);
      List<String> read = new ArrayList<>();
      assertTrue(!new JournalFile(file()).read(text(read)));
      assertEquals(List.of("one", "two", "three").subList(0, read.size()), read);
    }
  }

  private static Consumer<byte[]> text(List<String> read) {
    return bytes -> read.add(new String(bytes, StandardCharsets.UTF_8));
  }

  @Test
  void afterATornEndNothingIsAppendedToIt() throws Exception {
    try (Journal journal = open(new ArrayList<>())) {
      append(journal, "one");
      append(journal, "two");
    }
    byte[] whole = Files.readAllBytes(file());
    Files.write(file(), Arrays.copyOf(whole, whole.length - 1));
    memory.clear();
    List<String> read = new ArrayList<>();
    try (Journal journal = open(read)) {
      memory.addAll(read);
      append(journal, "three");
    }
    assertEquals(List.of("one", "three"), read());
  }

  @Test
  void itIsBoundedByWhatCounts() throws Exception {
    try (Journal journal = open(new ArrayList<>())) {
      for (int i = 0; i < 200; i++) {
        synchronized (memory) {
          memory.clear();
        }
        append(journal, "x".repeat(1000) + i);
        if (i % 20 == 0) {
          thread.finish(() -> {});
        }
      }
    }
    assertTrue(Files.size(file()) < 100_000, Files.size(file()) + " bytes");
    assertTrue(read().getLast().endsWith("199"));
  }

  @Test
  void aDiskThatFailsIsCountedAndCaughtUpWith() throws Exception {
    Path elsewhere = folder.resolve("elsewhere");
    try (Journal journal = open(new ArrayList<>())) {
      append(journal, "one");
      thread.finish(() -> {});
      // No file can be made in a folder that is a file.
      Files.move(file(), elsewhere);
      Files.createDirectory(file());
      Files.createFile(file().resolve("in the way"));
      journal.rewrite();
      append(journal, "two");
      thread.finish(() -> {});
      assertEquals(1, counters.get(Metric.JOURNAL_FAILURES));
      Files.delete(file().resolve("in the way"));
      Files.delete(file());
    }
    assertEquals(List.of("one", "two"), read());
  }

  @Test
  void aFileOfAnotherKindIsLaidAside() throws Exception {
    Files.writeString(file(), "something else altogether");
    assertEquals(List.of(), read());
    assertTrue(Files.exists(folder.resolve("journal.broken")));
  }
}
