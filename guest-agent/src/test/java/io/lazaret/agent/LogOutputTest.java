// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LogOutputTest {
  private static final String LINE = "x".repeat(99) + "\n";

  /** Takes nothing until it is told to. */
  private static final class Stuck extends OutputStream {
    final CountDownLatch free = new CountDownLatch(1);
    final ByteArrayOutputStream taken = new ByteArrayOutputStream();

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      try {
        if (!free.await(20, TimeUnit.SECONDS)) {
          throw new IOException("never freed");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      taken.write(bytes, offset, count);
    }
  }

  @Test
  void nobodyWaitsForALogThatNobodyReadsAndWhatIsLostIsCounted() throws Exception {
    Stuck stuck = new Stuck();
    LogOutput log = new LogOutput(stuck);
    PrintStream out = new PrintStream(log, true, StandardCharsets.UTF_8);
    for (int i = 0; i < 10_000; i++) {
      out.print(LINE);
    }
    long dropped = log.dropped();
    assertTrue(dropped > 0, "dropped " + dropped);
    stuck.free.countDown();
    log.drain(10_000);
    assertEquals(10_000L * LINE.length(), dropped + stuck.taken.size());
  }

  @Test
  void whatIsWrittenLaterIsWrittenToo() throws Exception {
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    LogOutput log = new LogOutput(target);
    PrintStream out = new PrintStream(log, true, StandardCharsets.UTF_8);
    out.print("one ");
    log.drain(10_000);
    out.print("two");
    log.drain(10_000);
    assertEquals("one two", target.toString(StandardCharsets.UTF_8));
    assertEquals(0, log.dropped());
  }
}
