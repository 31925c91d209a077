// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import static io.lazaret.agent.watch.Openers.opens;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.metrics.Metric;
import io.lazaret.agent.watch.AgentProcess.Options;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files that users can write, left to the kernel under a lease, against the real kernel. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LeasedFilesIT {
  private static final byte[] EVIL = "EVIL".getBytes(StandardCharsets.US_ASCII);

  /** So long a file has to rest before a verdict about it is remembered, and a little more. */
  private static final int REST_MILLIS = 30;

  /** A writer that is kept waiting this long would be seen by its user. */
  private static final Duration SOON = Duration.ofSeconds(2);

  private LoopMount disk;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    disk = new LoopMount();
  }

  @AfterEach
  void unmount() {
    disk.close();
  }

  private AgentProcess agent(int leases) throws IOException {
    return new AgentProcess(disk.root(), Options.defaults().leases(leases));
  }

  private Path file(String name) throws IOException {
    Path file = Files.write(disk.path(name), new byte[8192]);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    return file;
  }

  /** Opens it until the kernel holds its opens no more. */
  private static void heat(AgentProcess agent, Path file) throws IOException, InterruptedException {
    long before = agent.count(Metric.LEASES_TAKEN);
    TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
    Sh.waitFor(
        Duration.ofSeconds(10),
        () -> {
          assertTrue(opens(file));
          return agent.count(Metric.LEASES_TAKEN) > before;
        });
  }

  private static long seen(AgentProcess agent, Path file, int opens) throws IOException {
    long before = agent.count(Metric.OPENS_SEEN);
    for (int i = 0; i < opens; i++) {
      assertTrue(opens(file));
    }
    return agent.count(Metric.OPENS_SEEN) - before;
  }

  @Test
  void aHotFileIsLeftToTheKernelAndAWriterTakesItBack() throws Exception {
    Path file = file("hot");
    try (AgentProcess agent = agent(8)) {
      heat(agent, file);
      assertEquals(0, seen(agent, file, 100));
      long began = System.nanoTime();
      try (FileChannel writer = FileChannel.open(file, StandardOpenOption.WRITE)) {
        long waited = System.nanoTime() - began;
        assertTrue(waited < SOON.toNanos(), Duration.ofNanos(waited).toString());
        assertEquals(1, agent.count(Metric.LEASES_BROKEN));
        writer.write(ByteBuffer.wrap(EVIL), 0);
        assertFalse(opens(file), "while it is open for writing");
      }
      assertFalse(opens(file));
      agent.stop();
    }
  }

  @Test
  void whoMapsItOrTruncatesItTakesItBackToo() throws Exception {
    Path mapped = file("mapped");
    Path truncated = file("truncated");
    try (AgentProcess agent = agent(8);
        Arena arena = Arena.ofShared()) {
      heat(agent, mapped);
      heat(agent, truncated);
      MemorySegment memory;
      try (FileChannel channel =
          FileChannel.open(mapped, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, 8192, arena);
      }
      memory.asSlice(0, EVIL.length).copyFrom(MemorySegment.ofArray(EVIL));
      assertFalse(opens(mapped), "through a mapping that was made after the lease");
      // By name: whoever opens it first is told by the open.
      assertEquals(
          0, Sh.run("python3 -c 'import os; os.truncate(\"" + truncated + "\", 4096)'").exit());
      assertTrue(seen(agent, truncated, 1) > 0);
      agent.stop();
    }
  }

  /** A known limit: truncate(1) opens with O_NONBLOCK. */
  @Test
  void whoDoesNotWaitIsToldToTryAgain() throws Exception {
    Path file = file("hot");
    try (AgentProcess agent = agent(8)) {
      heat(agent, file);
      Sh.Result first = Sh.run("truncate -s 4096 " + file);
      assertTrue(first.output().contains("Resource temporarily unavailable"), first.output());
      Sh.waitFor(SOON, () -> agent.count(Metric.LEASES_BROKEN) == 1);
      assertEquals(0, Sh.run("truncate -s 4096 " + file).exit());
      agent.stop();
    }
  }

  @Test
  void whatSomebodyHasOpenForWritingIsNotLeased() throws Exception {
    Path file = file("open");
    try (AgentProcess agent = agent(8)) {
      TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
      assertTrue(opens(file));
      try (FileChannel writer = FileChannel.open(file, StandardOpenOption.WRITE)) {
        assertEquals(5L * HotFiles.OPENS, seen(agent, file, 5 * HotFiles.OPENS));
        assertEquals(0, agent.count(Metric.LEASES_TAKEN));
        writer.write(ByteBuffer.wrap(EVIL), 0);
        assertFalse(opens(file));
      }
      agent.stop();
    }
  }

  @Test
  void theOldestIsGivenUpWhenThereAreTooMany() throws Exception {
    Path first = file("first");
    Path second = file("second");
    Path third = file("third");
    try (AgentProcess agent = agent(2)) {
      heat(agent, first);
      heat(agent, second);
      heat(agent, third);
      assertEquals(0, seen(agent, second, 10));
      assertEquals(0, seen(agent, third, 10));
      assertEquals(1, seen(agent, first, 1));
      agent.stop();
    }
  }

  @Test
  void revokedFilesAreAskedAboutAgain() throws Exception {
    Path file = file("hot");
    try (AgentProcess agent = agent(8)) {
      heat(agent, file);
      assertEquals("ok", agent.tell("forget"));
      assertEquals(1, seen(agent, file, 1));
      agent.stop();
    }
  }

  @Test
  void aLeaseIsShortSoThatADeletedFileGivesItsRoomBack() throws Exception {
    Path file = disk.path("large");
    Files.write(file, new byte[32 << 20]);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    try (AgentProcess agent = agent(8)) {
      heat(agent, file);
      long taken = disk.root().toFile().getUsableSpace();
      Files.delete(file);
      Sh.waitFor(
          Duration.ofSeconds(20), () -> disk.root().toFile().getUsableSpace() > taken + (30 << 20));
      agent.stop();
    }
  }

  @Test
  void aWriterGoesOnWhenTheAgentIsKilledOrStops() throws Exception {
    Path file = file("hot");
    try (AgentProcess agent = agent(8)) {
      heat(agent, file);
      agent.kill();
      assertEquals("ok", Sh.run("echo EVIL >" + file + " && printf ok").output());
    }
    Path other = file("other");
    try (AgentProcess agent = agent(8)) {
      heat(agent, other);
      agent.stop();
      Sh.Result written = Sh.run("echo EVIL >" + other + " && printf ok");
      assertEquals("ok", written.output());
      assertTrue(written.took().compareTo(SOON) < 0, written.took().toString());
    }
  }
}
