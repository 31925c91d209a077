// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import static io.lazaret.agent.watch.Openers.opens;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.metrics.Metric;
import io.lazaret.agent.watch.AgentProcess.Options;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files that were written, and marks that have to end with it, against the real kernel. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WrittenFilesIT {
  private LoopMount disk;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    disk = new LoopMount();
  }

  @AfterEach
  void unmount() {
    disk.close();
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(disk.path(name), content);
  }

  @Test
  void aWrittenFileIsAskedAboutBeforeItIsOpened() throws Exception {
    try (AgentProcess agent = new AgentProcess(disk.root(), Options.defaults())) {
      Path written = disk.path("written");
      assertEquals(0, Sh.run("printf EVIL > " + written).exit());
      Sh.waitFor(Duration.ofSeconds(5), () -> agent.count(Metric.DETECTIONS) == 1);
      agent.mode(TestSource.Mode.AWAY);
      assertNotEquals(0, Sh.run("cat " + written).exit(), "answered from memory");
      agent.stop();
    }
  }

  @Test
  void aWrittenFileIsAskedAboutWhenItsLastWriterHasClosedIt() throws Exception {
    Path file = disk.path("shared");
    try (AgentProcess agent = new AgentProcess(disk.root(), Options.defaults())) {
      try (OutputStream last = Files.newOutputStream(file)) {
        last.write('a');
        Files.writeString(file, "b", StandardOpenOption.APPEND);
        Files.writeString(disk.path("alone"), "c");
        Sh.waitFor(Duration.ofSeconds(5), () -> agent.count(Metric.WRITTEN_ASKED) > 0);
        assertEquals(1, agent.count(Metric.WRITTEN_ASKED), "the one that nobody writes to");
      }
      Sh.waitFor(Duration.ofSeconds(5), () -> agent.count(Metric.WRITTEN_ASKED) == 2);
      agent.stop();
    }
  }

  @Test
  void filesThatOnlyRootWritesAreLeftToTheKernelUntilTheyAreWritten() throws Exception {
    Path path = file("file", "good");
    Options options = Options.defaults().kernelIgnore(true);
    try (AgentProcess agent = new AgentProcess(disk.root(), options)) {
      assertEquals("good", Sh.run("cat " + path).output());
      Sh.waitFor(Duration.ofSeconds(5), () -> agent.count(Metric.IGNORE_MARKS_SET) == 1);
      long seen = agent.count(Metric.OPENS_SEEN);
      assertEquals("good", Sh.run("cat " + path).output());
      assertEquals(seen, agent.count(Metric.OPENS_SEEN), "the kernel does not ask");
      agent.tell("forget");
      assertEquals("good", Sh.run("cat " + path).output(), "from memory");
      Sh.waitFor(Duration.ofSeconds(5), () -> agent.count(Metric.IGNORE_MARKS_SET) == 2);
      long again = agent.count(Metric.OPENS_SEEN);
      assertEquals("good", Sh.run("cat " + path).output());
      assertEquals(again, agent.count(Metric.OPENS_SEEN), "a mark that was taken back is set anew");
      assertNotEquals(0, Sh.run("printf EVIL > " + path + "; cat " + path).exit());
      agent.stop();
    }
  }

  @Test
  void whatOthersCanWriteIsNeverLeftToTheKernel() throws Exception {
    Path path = file("file", "good");
    assertEquals(0, Sh.run("chmod 666 " + path + "; sleep 0.1").exit());
    Options options = Options.defaults().kernelIgnore(true);
    try (AgentProcess agent = new AgentProcess(disk.root(), options)) {
      assertEquals("good", Sh.run("cat " + path).output());
      assertEquals("good", Sh.run("cat " + path).output());
      assertEquals(1, agent.count(Metric.OPENS_FROM_MEMORY));
      assertEquals(0, agent.count(Metric.IGNORE_MARKS_SET));
      agent.stop();
    }
  }

  /** Only root can have mapped it, or somebody to whom root has given it since. */
  @Test
  void aMarkEndsWhenTheFileWasWrittenThroughAMapping() throws Exception {
    Path file = file("file", "good" + "x".repeat(4092));
    TimeUnit.MILLISECONDS.sleep(100);
    try (AgentProcess agent =
        new AgentProcess(disk.root(), Options.defaults().kernelIgnore(true))) {
      assertTrue(opens(file));
      Sh.waitFor(Duration.ofSeconds(5), () -> agent.count(Metric.IGNORE_MARKS_SET) == 1);
      long seen = agent.count(Metric.OPENS_SEEN);
      try (Arena mapped = Arena.ofShared();
          FileChannel channel =
              FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        channel
            .map(FileChannel.MapMode.READ_WRITE, 0, 4096, mapped)
            .asSlice(0, 4)
            .copyFrom(MemorySegment.ofArray("EVIL".getBytes(StandardCharsets.US_ASCII)));
      }
      // The open was no event, the close is one.
      Sh.waitFor(Duration.ofSeconds(5), () -> agent.count(Metric.OPENS_SEEN) > seen);
      Sh.waitFor(Duration.ofSeconds(5), () -> !opens(file));
      agent.stop();
    }
  }
}
