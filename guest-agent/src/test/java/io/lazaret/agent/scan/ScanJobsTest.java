// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.ContentThreads;
import io.lazaret.agent.decision.DecisionListener;
import io.lazaret.agent.decision.DecisionSettings;
import io.lazaret.agent.decision.Epochs;
import io.lazaret.agent.decision.VerdictTable;
import io.lazaret.agent.linux.Sha256;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanJobsTest {
  private static final int FILES = 200;

  @TempDir private Path directory;
  private final Counters counters = new Counters();
  private final Epochs epochs = new Epochs(System::nanoTime);
  private final VerdictTable memory = new VerdictTable(1_024, epochs, counters);
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final Semaphore answers = new Semaphore(Integer.MAX_VALUE / 2, true);
  private final BlockingQueue<Message.ScanProgress> told = new LinkedBlockingQueue<>();
  private volatile String appliance = "one";
  private Path files;
  private Sha256 sha256;
  private ContentThreads content;

  @BeforeEach
  void make() throws IOException {
    sha256 = Sha256.fastest();
    content = new ContentThreads(1, sha256.digests(), counters);
    epochs.changed(1, 0);
    files = directory.resolve("files");
    for (int i = 0; i < FILES; i++) {
      Path folder = Files.createDirectories(files.resolve("d" + i % 7));
      Files.writeString(folder.resolve("f" + i), i == 42 ? "bad" : "file " + i);
    }
    Files.createSymbolicLink(files.resolve("link"), files.resolve("d0"));
  }

  @AfterEach
  void close() {
    content.close();
  }

  @Test
  void anOrderIsDoneToldAndAnsweredAgainWithoutBeingDoneAgain() throws Exception {
    ScanJobs jobs = jobs();
    jobs.start();
    jobs.order(new Message.ScanOrder(5, List.of(files.toString())));
    Message.ScanProgress end = finished();
    assertEquals(FILES, end.files());
    assertEquals(1, end.infected());
    assertEquals(FILES, asked.size());
    jobs.order(new Message.ScanOrder(5, List.of(files.toString())));
    assertEquals(end, finished());
    assertEquals(FILES, asked.size());
    assertEquals(
        List.of(List.of("infected", files.resolve("d0/f42").toString(), "Bad")),
        jobs.findings("order-5").orElseThrow());
    jobs.order(new Message.ScanOrder(5, List.of()));
    while (!jobs.list().isEmpty()) {
      Thread.onSpinWait();
    }
    jobs.stop();
  }

  @Test
  void whatWasInterruptedGoesOnWhereItStopped() throws Exception {
    answers.drainPermits();
    ScanJobs killed = jobs();
    killed.start();
    killed.order(new Message.ScanOrder(6, List.of(files.toString())));
    answers.release(120);
    Path kept = directory.resolve("scans/order-6.scan");
    awaitCursor(kept);
    Path asKilled = directory.resolve("killed");
    Files.createDirectories(asKilled);
    Files.copy(kept, asKilled.resolve("order-6.scan"));
    answers.release(Integer.MAX_VALUE / 4);
    finished();
    killed.stop();
    told.clear();
    int before = asked.size();
    // As kill -9 leaves it: what was on disk at that moment, and nothing else.
    ScanJobs again = new ScanJobs(asKilled, tools(memory), told::add);
    again.start();
    Message.ScanProgress end = finished();
    assertEquals(1, end.infected(), "found on whichever side of the kill, and counted once");
    assertEquals(FILES, end.files());
    int askedAgain = asked.size() - before;
    assertTrue(askedAgain < FILES - 50, "asked again: " + askedAgain);
    again.stop();
  }

  @Test
  void whatIsUnchangedSinceItsVerdictIsNotReadAgain() throws Exception {
    try (SeenFiles seen =
        new SeenFiles(
            directory.resolve("seen"),
            memory,
            sha256.digests(),
            epochs::present,
            () -> appliance)) {
      ScanJobs jobs = new ScanJobs(directory.resolve("scans"), tools(seen), told::add);
      // A change within one tick of the kernel's clock would not show.
      while (System.currentTimeMillis()
          < Files.getLastModifiedTime(files.resolve("d3/f199")).toMillis() + 50) {
        Thread.onSpinWait();
      }
      jobs.start();
      jobs.order(new Message.ScanOrder(1, List.of(files.toString())));
      finished();
      Files.writeString(files.resolve("d1/f1"), "changed");
      asked.clear();
      jobs.order(new Message.ScanOrder(2, List.of(files.toString())));
      assertEquals(FILES, finished().files());
      assertEquals(List.of(files.resolve("d1/f1").toString()), asked);
      appliance = "two";
      asked.clear();
      jobs.order(new Message.ScanOrder(4, List.of(files.toString())));
      finished();
      assertEquals(FILES - 1, asked.size(), "all but the one that is known as infected");
      appliance = "one";
      epochs.changed(2, 0);
      asked.clear();
      jobs.order(new Message.ScanOrder(3, List.of(files.toString())));
      finished();
      assertEquals(FILES, asked.size());
      jobs.stop();
    }
  }

  @Test
  void aStoppedOneRestsUntilItIsResumed() throws Exception {
    answers.drainPermits();
    ScanJobs jobs = jobs();
    jobs.start();
    String id = jobs.begin(List.of(files), false);
    while (asked.isEmpty()) {
      Thread.onSpinWait();
    }
    assertTrue(jobs.change(id, false));
    answers.release(Integer.MAX_VALUE / 4);
    while (!state(jobs, id).equals("stopped")) {
      Thread.onSpinWait();
    }
    assertTrue(jobs.change(id, true));
    while (!state(jobs, id).equals("finished")) {
      Thread.onSpinWait();
    }
    assertEquals(Integer.toString(FILES), jobs.list().getFirst().get(2));
    assertTrue(!jobs.change(id, true));
    jobs.stop();
  }

  private static String state(ScanJobs jobs, String id) {
    return jobs.list().stream()
        .filter(row -> row.getFirst().equals(id))
        .findFirst()
        .orElseThrow()
        .get(1);
  }

  private static void awaitCursor(Path kept) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < end) {
      if (Files.exists(kept) && JobFile.load(kept).snapshot().figures().files() >= 60) {
        return;
      }
      Thread.onSpinWait();
    }
    throw new IOException(kept + ": no place kept");
  }

  private Message.ScanProgress finished() throws InterruptedException {
    while (true) {
      Message.ScanProgress next = told.poll(30, TimeUnit.SECONDS);
      if (next == null) {
        throw new IllegalStateException("not finished in time");
      }
      if (next.finished()) {
        return next;
      }
    }
  }

  private ScanJobs jobs() {
    return new ScanJobs(directory.resolve("scans"), tools(memory), told::add);
  }

  private ScanTools tools(io.lazaret.agent.decision.LocalVerdicts remembering) {
    AccessDecision decision =
        new AccessDecision(
            DecisionSettings.defaults(),
            memory,
            content,
            (access, reader, deadline) -> answer(access),
            DecisionListener.NOBODY,
            counters,
            Clock.systemUTC());
    return new ScanTools(
        decision,
        remembering,
        sha256.digests(),
        counters,
        DescriptorFile::open,
        () -> ScanSettings.UNLIMITED,
        true,
        directory.resolve("no-pressure"),
        () -> true);
  }

  private SourceAnswer answer(Access access) throws InterruptedException {
    asked.add(access.path());
    answers.acquire();
    boolean bad = access.path().endsWith("/f42");
    return new SourceAnswer.Judged(
        bad ? new Verdict.Infected("Bad") : Verdict.CLEAN, epochs.present(), Outcome.Source.SCAN);
  }
}
