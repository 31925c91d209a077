// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch.portable;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.ContentThreads;
import io.lazaret.agent.decision.DecisionListener;
import io.lazaret.agent.decision.DecisionSettings;
import io.lazaret.agent.decision.Epochs;
import io.lazaret.agent.decision.VerdictTable;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Notify mode, with what every system has: no part of the watcher is Linux's own. */
@Timeout(60)
class PortableWatcherTest {
  @TempDir Path folder = Path.of("");
  private final Counters counters = new Counters();
  private final Map<String, Access> asked = new ConcurrentHashMap<>();
  private final ContentThreads content =
      new ContentThreads(1, PortableWatcherTest::sha256, counters);
  private final AccessDecision decision =
      new AccessDecision(
          DecisionSettings.defaults(),
          new VerdictTable(64, new Epochs(System::nanoTime), counters),
          content,
          (access, reader, deadline) -> {
            asked.put(access.path(), access);
            boolean evil = access.path().contains("evil");
            return new SourceAnswer.Judged(
                evil ? new Verdict.Infected("Test.Evil") : Verdict.CLEAN, 1, Outcome.Source.SCAN);
          },
          DecisionListener.NOBODY,
          counters,
          Clock.systemUTC());

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void stop() {
    content.close();
  }

  private PortableWatcher watch(int folders, int queue) throws IOException {
    return PortableWatcher.start(List.of(folder), folders, queue, decision, counters);
  }

  /** Something that becomes true. */
  @FunctionalInterface
  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.holds()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("did not become true");
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private boolean wasAsked(Path file) {
    return asked.containsKey(file.toString());
  }

  @Test
  void filesAreAskedAboutOnceTheyWereWritten() throws Exception {
    try (PortableWatcher watcher = watch(100, 100)) {
      Path evil = Files.writeString(folder.resolve("evil"), "content");
      await(() -> counters.get(Metric.DETECTIONS) == 1);
      assertEquals(true, wasAsked(evil));
      Path clean = Files.writeString(folder.resolve("clean"), "content");
      await(() -> wasAsked(clean));
      assertEquals(1, watcher.folders());
    }
  }

  @Test
  void foldersThatAreMadeOrMovedInAreWatchedWithAllTheyContain() throws Exception {
    Path outside = Files.createTempDirectory("lazaret-outside");
    Path ready = Files.createDirectories(outside.resolve("moved/deep")).resolve("file");
    Files.writeString(ready, "content");
    try (PortableWatcher watcher = watch(100, 100)) {
      Path made = Files.createDirectories(folder.resolve("made/deep")).resolve("file");
      Files.writeString(made, "content");
      await(() -> wasAsked(made));
      Files.move(outside.resolve("moved"), folder.resolve("moved"));
      await(() -> wasAsked(folder.resolve("moved/deep/file")));
      Path later = Files.writeString(folder.resolve("moved/deep/later"), "content");
      await(() -> wasAsked(later));
      assertEquals(5, watcher.folders());
    } finally {
      Files.deleteIfExists(outside);
    }
  }

  @Test
  void overTheBoundFoldersAreNotWatchedAndTheOthersAre() throws Exception {
    for (int i = 0; i < 10; i++) {
      Files.createDirectory(folder.resolve("folder" + i));
    }
    try (PortableWatcher watcher = watch(4, 100)) {
      assertEquals(4, watcher.folders());
      Path file = Files.writeString(folder.resolve("file"), "content");
      await(() -> wasAsked(file));
    }
  }

  @Test
  void whatIsNoFileIsNotOpened() throws Exception {
    try (PortableWatcher watcher = watch(100, 100)) {
      Path pipe = folder.resolve("pipe");
      assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
      Path target = Files.writeString(folder.resolve("target"), "content");
      Path link = Files.createSymbolicLink(folder.resolve("link"), target);
      // More than are asked about at the same time: none of them waits for the pipe.
      for (int i = 0; i < 20; i++) {
        Path file = Files.writeString(folder.resolve("file" + i), "content " + i);
        await(() -> wasAsked(file));
      }
      assertEquals(false, wasAsked(pipe));
      assertEquals(false, wasAsked(link));
      assertEquals(1, watcher.folders());
    }
  }
}
