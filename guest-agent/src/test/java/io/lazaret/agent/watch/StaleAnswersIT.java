// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import static io.lazaret.agent.watch.Openers.opens;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.metrics.Metric;
import io.lazaret.agent.watch.AgentProcess.Options;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A file found clean turns bad, and is opened at that moment: through a shared mapping, by a writer
 * that closes and opens again, and while a lease leaves it to the kernel. No such open may be
 * allowed.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class StaleAnswersIT {
  private static final int ROUNDS = Integer.getInteger("lazaret.stale.rounds", 10_000);
  private static final int THREADS = 32;
  private static final byte[] EVIL = "EVIL".getBytes(StandardCharsets.US_ASCII);

  /** So long a file has to rest before a verdict about it is remembered, and a little more. */
  private static final int REST_MILLIS = 30;

  /** One round; whether the open after the change was allowed. */
  private interface Round {
    boolean stale(Path file, int number) throws IOException, InterruptedException;
  }

  @Test
  void writesThroughASharedMapping() throws Exception {
    race(StaleAnswersIT::mapping);
  }

  @Test
  void closeAndOpenAgain() throws Exception {
    race(StaleAnswersIT::reopening);
  }

  /** The same where the file is left to the kernel, in each round anew, when it turns bad. */
  @Test
  void leasedFiles() throws Exception {
    try (LoopMount disk = new LoopMount();
        AgentProcess agent = new AgentProcess(disk.root(), Options.defaults().leases(THREADS))) {
      race(StaleAnswersIT::leased, disk);
      assertTrue(agent.count(Metric.LEASES_BROKEN) > ROUNDS / 4, "hardly any was leased");
      agent.stop();
    }
  }

  private static void race(Round round) throws Exception {
    try (LoopMount disk = new LoopMount();
        AgentProcess agent = new AgentProcess(disk.root(), Options.defaults().kernelIgnore(true))) {
      race(round, disk);
      assertTrue(agent.count(Metric.OPENS_FROM_MEMORY) > ROUNDS / 20, "nothing was remembered");
      agent.stop();
    }
  }

  private static void race(Round round, LoopMount disk) throws Exception {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger stale = new AtomicInteger();
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        running.add(
            pool.submit(() -> {
              for (int n = next.getAndIncrement(); n < ROUNDS; n = next.getAndIncrement()) {
                Path file = disk.path("file" + n);
                if (round.stale(file, n)) {
                  stale.incrementAndGet();
                }
                Files.delete(file);
              }
              return 0;
            }));
      }
      for (Future<?> one : running) {
        one.get();
      }
      assertEquals(0, stale.get(), "of " + ROUNDS);
    }
  }

  private static boolean mapping(Path file, int number) throws IOException, InterruptedException {
    create(file, 8192);
    if (number % 2 == 0) {
      remembered(file);
    }
    try (Arena mapped = Arena.ofShared()) {
      MemorySegment memory;
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, 8192, mapped);
      }
      if (number % 3 != 0) {
        // The page is writable from now on: the kernel sees no later write to it.
        memory.set(ValueLayout.JAVA_BYTE, 100, (byte) 1);
      }
      if (number % 5 < 3) {
        remembered(file);
      }
      memory.asSlice(0, EVIL.length).copyFrom(MemorySegment.ofArray(EVIL));
      if (number % 7 < 3) {
        return opens(file);
      }
    }
    // The mapping has gone this moment; the kernel tells of it when it gets to it.
    return opens(file);
  }

  private static boolean reopening(Path file, int number) throws IOException, InterruptedException {
    create(file, 4096);
    if (number % 2 == 0) {
      remembered(file);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (number % 3 == 0) {
        remembered(file);
      }
      channel.write(ByteBuffer.wrap(EVIL), 0);
      if (number % 5 == 0) {
        return opens(file);
      }
    }
    return opens(file);
  }

  private static boolean leased(Path file, int number) throws IOException, InterruptedException {
    create(file, 4096);
    TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
    // The lease comes behind the last of these, before, with, or after the writer.
    for (int time = 0; time < HotFiles.OPENS + number % 3; time++) {
      assertTrue(opens(file), "clean: " + file);
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (number % 2 == 0) {
        channel.write(ByteBuffer.wrap(EVIL), 0);
        return opens(file);
      }
      try (Arena mapped = Arena.ofShared()) {
        MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096, mapped);
        memory.asSlice(0, EVIL.length).copyFrom(MemorySegment.ofArray(EVIL));
        return opens(file);
      }
    }
  }

  /** One that others than root may write, as what only root can write is left to the kernel. */
  private static void create(Path file, int bytes) throws IOException {
    Files.write(file, new byte[bytes]);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
  }

  /** Lets the file rest, so that it may be remembered, and has it opened twice. */
  private static void remembered(Path file) throws IOException, InterruptedException {
    TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
    for (int time = 0; time < 2; time++) {
      assertTrue(opens(file), "clean: " + file);
    }
  }
}
