// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Leases of the real kernel. */
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class LeaseBreaksTest {
  @Test
  void theKernelsPatienceIsReadWhole() throws Exception {
    Process cat = new ProcessBuilder("cat", "/proc/sys/fs/lease-break-time").start();
    try (BufferedReader said = cat.inputReader()) {
      assertEquals(Integer.parseInt(said.readLine()), LeaseBreaks.patienceSeconds());
    }
  }

  @Test
  void aWriterWaitsUntilTheListenerGivesUp(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "text");
    listening(breaks -> {
      int fd = Descriptors.open(file.toString());
      assertTrue(breaks.take(fd));
      assertTrue(breaks.isUndisturbed(fd));
      assertFalse(breaks.lookForWord());
      try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
        Future<Path> writing =
            pool.submit(() -> Files.writeString(file, "more", StandardOpenOption.WRITE));
        while (!breaks.lookForWord()) {
          TimeUnit.MILLISECONDS.sleep(1);
        }
        assertFalse(breaks.isUndisturbed(fd));
        assertEquals("text", Files.readString(file), "not written before");
        breaks.giveUp(fd);
        writing.get();
      }
      assertEquals("more", Files.readString(file));
      assertFalse(breaks.isUndisturbed(fd));
      Descriptors.close(fd);
    });
  }

  @Test
  void whatIsOpenForWritingIsNotLeased(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "text");
    listening(breaks -> {
      int fd = Descriptors.open(file.toString());
      try (OutputStream writer = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
        writer.write('s');
        assertFalse(breaks.take(fd));
      }
      assertFalse(breaks.isUndisturbed(fd));
      Descriptors.close(fd);
    });
  }

  private interface Listening {
    void run(LeaseBreaks breaks) throws Exception;
  }

  /** On a thread of its own, which keeps the signal blocked. */
  private static void listening(Listening test) throws Exception {
    try (LeaseBreaks breaks = new LeaseBreaks();
        ExecutorService listener = Executors.newSingleThreadExecutor()) {
      listener
          .submit(() -> {
            breaks.listenHere();
            test.run(breaks);
            return 0;
          })
          .get();
    }
  }
}
