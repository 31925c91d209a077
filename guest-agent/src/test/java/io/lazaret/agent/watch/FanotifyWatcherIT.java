// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.metrics.Metric;
import io.lazaret.agent.watch.AgentProcess.Options;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The watcher in a process of its own, against the real kernel. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FanotifyWatcherIT {
  /** Enough to see a race, few enough for every build. */
  private static final int MAPPING_ROUNDS = Integer.getInteger("lazaret.mapping.rounds", 100);

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

  private Path program(String name, String content) throws IOException, InterruptedException {
    Path program = file(name, content);
    assertEquals(0, Sh.run("chmod 755 " + program).exit());
    return program;
  }

  @Test
  void cleanFilesAreOpenedAndInfectedOnesAreNot() throws Exception {
    Path clean = file("clean", "good");
    Path evil = file("evil", "EVIL");
    try (AgentProcess agent = new AgentProcess(disk.root(), Options.defaults())) {
      assertEquals("good", Sh.run("cat " + clean).output());
      Sh.Result denied = Sh.run("cat " + evil);
      assertNotEquals(0, denied.exit());
      assertTrue(denied.output().contains("Operation not permitted"), denied.output());
      Sh.waitFor(Duration.ofSeconds(5), () -> agent.count(Metric.DETECTIONS) == 1);
      agent.stop();
    }
    assertEquals("EVIL", Sh.run("cat " + evil).output(), "nothing is guarded after the stop");
  }

  @Test
  void infectedProgramsAreNotExecutedAndCleanOnesAre() throws Exception {
    Path evil = program("evil", "EVIL\n");
    Path clean = disk.path("true");
    assertEquals(0, Sh.run("cp /bin/true " + clean).exit());
    Path script = program("script", "#!/bin/sh\necho ran\n");
    try (AgentProcess agent = new AgentProcess(disk.root(), Options.defaults())) {
      assertEquals(0, Sh.run(clean.toString()).exit());
      assertEquals("ran\n", Sh.run(script.toString()).output());
      assertEquals("ran\n", Sh.run("sh " + script).output());
      assertEquals(126, Sh.run(evil.toString()).exit());
      assertNotEquals(0, Sh.run("sh " + evil).exit());
      agent.stop();
    }
  }

  @Test
  void anOverlayIsSeenAndHoldsNobodyUp() throws Exception {
    file("evil", "EVIL");
    file("clean", "good");
    String top = disk.root().toString();
    Path merged = disk.path("merged");
    String mount = "mount -t overlay overlay merged -o lowerdir=.,upperdir=upper,workdir=work";
    assertEquals(
        0, Sh.run("cd " + top + " && mkdir merged upper work && " + mount + ",index=off").exit());
    try (AgentProcess agent = new AgentProcess(top + ":" + merged, Options.defaults())) {
      Sh.Result denied = Sh.run("cat " + merged.resolve("evil"));
      assertTrue(denied.output().contains("Operation not permitted"), denied.output());
      assertTrue(denied.took().toMillis() < 4000, denied.took().toString());
      assertEquals("good", Sh.run("cat " + merged.resolve("clean")).output());
      assertEquals("ok", Sh.run("echo EVIL >" + merged + "/new; printf ok").output());
      assertNotEquals(0, Sh.run("cat " + merged.resolve("new")).exit());
      agent.stop();
    } finally {
      assertEquals(0, Sh.run("umount " + merged).exit());
    }
  }

  @Test
  void anUnchangedFileIsAskedAboutOnce() throws Exception {
    Path clean = file("clean", "good");
    try (AgentProcess agent = new AgentProcess(disk.root(), Options.defaults())) {
      for (int i = 0; i < 5; i++) {
        assertEquals("good", Sh.run("cat " + clean).output());
      }
      assertEquals(1, agent.count(Metric.OPENS_ASKED));
      assertEquals(4, agent.count(Metric.OPENS_FROM_MEMORY));
      agent.stop();
    }
  }

  @Test
  void theAgentsOwnOpensAreNeverHeld() throws Exception {
    Path evil = file("evil", "EVIL");
    try (AgentProcess agent =
        new AgentProcess(
            disk.root(), Options.defaults().mode(TestSource.Mode.SILENT).failure("DENY"))) {
      long began = System.nanoTime();
      assertEquals("4", agent.tell("read " + evil));
      assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(2));
      // It is counted after it is answered.
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
      while (agent.count(Metric.OPENS_OWN) == 0 && System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      assertEquals(1, agent.count(Metric.OPENS_OWN));
      agent.stop();
    }
  }

  @Test
  void anOpenWithoutAnswerIsAllowedByItsDeadline() throws Exception {
    deadline("ALLOW", 0);
  }

  @Test
  void anOpenWithoutAnswerIsDeniedByItsDeadlineWhenThePolicySaysSo() throws Exception {
    deadline("DENY", 1);
  }

  private void deadline(String failure, int exit) throws Exception {
    Path clean = file("clean", "good");
    Options options =
        Options.defaults()
            .mode(TestSource.Mode.SILENT)
            .failure(failure)
            .deadline(Duration.ofSeconds(1));
    try (AgentProcess agent = new AgentProcess(disk.root(), options)) {
      Sh.Result opened = Sh.run("cat " + clean);
      assertEquals(exit, opened.exit());
      assertTrue(opened.took().toMillis() >= 900, opened.took().toString());
      assertTrue(opened.took().toMillis() < 1500, opened.took().toString());
      Sh.waitFor(Duration.ofSeconds(5), () -> agent.count(Metric.DEADLINES_PASSED) == 1);
      int debts = failure.equals("ALLOW") ? 1 : 0;
      Sh.waitFor(Duration.ofSeconds(5), () -> agent.count(Metric.DEBTS) == debts);
      agent.stop();
    }
  }

  @Test
  void aSlowVerdictIsKnownToTheNextOpen() throws Exception {
    Path evil = file("evil", "EVIL");
    Options options =
        Options.defaults().mode(TestSource.Mode.SLOW).deadline(Duration.ofMillis(150));
    try (AgentProcess agent = new AgentProcess(disk.root(), options)) {
      assertEquals(0, Sh.run("cat " + evil).exit());
      Sh.waitFor(Duration.ofSeconds(5), () -> agent.count(Metric.DETECTIONS) == 1);
      assertNotEquals(0, Sh.run("cat " + evil).exit());
      agent.stop();
    }
  }

  @Test
  void killingTheAgentReleasesWhatItHolds() throws Exception {
    Options options =
        Options.defaults().mode(TestSource.Mode.SILENT).deadline(Duration.ofSeconds(50));
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      files.add(file("file" + i, "content " + i));
    }
    try (AgentProcess agent = new AgentProcess(disk.root(), options)) {
      List<Process> openers = new ArrayList<>();
      for (Path path : files) {
        openers.add(Sh.start("cat " + path));
      }
      Sh.waitFor(Duration.ofSeconds(10), () -> agent.count(Metric.OPENS_ASKED) == files.size());
      agent.kill();
      for (Process opener : openers) {
        assertTrue(opener.waitFor(10, TimeUnit.SECONDS));
        assertEquals(0, opener.exitValue());
      }
    }
  }

  @Test
  void stoppingTheAgentAnswersWhatItHolds() throws Exception {
    Path path = file("file", "content");
    Options options =
        Options.defaults()
            .mode(TestSource.Mode.SILENT)
            .failure("DENY")
            .deadline(Duration.ofSeconds(50));
    try (AgentProcess agent = new AgentProcess(disk.root(), options)) {
      Process opener = Sh.start("cat " + path);
      Sh.waitFor(Duration.ofSeconds(10), () -> agent.count(Metric.OPENS_ASKED) == 1);
      agent.stop();
      assertTrue(opener.waitFor(5, TimeUnit.SECONDS));
      assertEquals(1, opener.exitValue());
    }
  }

  @Test
  void aFileThatChangesAfterItsVerdictIsAskedAboutAgain() throws Exception {
    Path path = disk.path("file");
    try (AgentProcess agent = new AgentProcess(disk.root(), Options.defaults())) {
      for (int i = 0; i < 20; i++) {
        assertEquals(0, Sh.run("printf good > " + path + "; cat " + path).exit());
        assertNotEquals(0, Sh.run("printf EVIL > " + path + "; cat " + path).exit());
        assertEquals(0, Sh.run("rm " + path).exit());
      }
      agent.stop();
    }
  }

  @Test
  void aThousandFilesByEightThreadsAreAnsweredRight() throws Exception {
    for (int i = 0; i < 1000; i++) {
      file("file" + i, (i % 10 == 0 ? "EVIL" : "good") + i);
    }
    try (AgentProcess agent = new AgentProcess(disk.root(), Options.defaults())) {
      Openers openers = Openers.open(disk.root(), "file", 1000, 8);
      assertEquals(100, openers.denied());
      assertEquals(900, openers.allowed());
      assertEquals(1000, agent.count(Metric.OPENS_ASKED));
      openers = Openers.open(disk.root(), "file", 1000, 8);
      assertEquals(100, openers.denied());
      assertEquals(1000, agent.count(Metric.OPENS_ASKED));
      agent.stop();
    }
  }

  @Test
  void fewDescriptorsDenyNothingCleanAndLetNobodyWaitTooLong() throws Exception {
    for (int i = 0; i < 5000; i++) {
      file("file" + i, "good" + i);
    }
    Options options = Options.defaults().nofile(256).deadline(Duration.ofSeconds(4));
    try (AgentProcess agent = new AgentProcess(disk.root(), options)) {
      Openers openers = Openers.open(disk.root(), "file", 5000, 400);
      assertEquals(5000, openers.allowed());
      assertTrue(openers.longest().toMillis() < 4000, openers.longest().toString());
      assertEquals(0, agent.count(Metric.DEBTS));
      agent.mode(TestSource.Mode.SILENT);
      for (int i = 0; i < 400; i++) {
        file("new" + i, "good" + i);
      }
      openers = Openers.open(disk.root(), "new", 400, 400);
      assertEquals(400, openers.allowed());
      assertTrue(openers.longest().toMillis() < 4300, openers.longest().toString());
      agent.stop();
    }
  }

  @Test
  void writesThroughAMappingNeverGetAStaleAnswer() throws Exception {
    String loop =
        """
        import mmap, os, sys, time
        path = sys.argv[1]
        stale = 0
        for i in range(%d):
            with open(path, "wb") as f:
                f.write(b"good" + bytes(4096))
            if i %% 2:
                time.sleep(0.06)
                open(path, "rb").close()
            with open(path, "r+b") as f:
                memory = mmap.mmap(f.fileno(), 0)
                memory[100] = memory[101]
            if i %% 3 == 0:
                time.sleep(0.06)
                open(path, "rb").close()
            memory[0:4] = b"EVIL"
            if i %% 5 != 0:
                memory.close()
            try:
                open(path, "rb").close()
                stale += 1
            except PermissionError:
                pass
            if i %% 5 == 0:
                memory.close()
            os.unlink(path)
        print(stale)
        """
            .formatted(MAPPING_ROUNDS);
    Path script = Files.writeString(Files.createTempFile("lazaret", ".py"), loop);
    try (AgentProcess agent = new AgentProcess(disk.root(), Options.defaults())) {
      assertEquals("0\n", Sh.run("python3 " + script + " " + disk.path("file")).output());
      agent.stop();
    } finally {
      Files.delete(script);
    }
  }

  @Test
  void aFilesystemThatIsMountedAgainIsGuardedAgainAndTheOneBelowItIsNot() throws Exception {
    Path evil = file("evil", "EVIL");
    try (AgentProcess agent = new AgentProcess(disk.root(), Options.defaults())) {
      assertEquals(1, agent.marks());
      disk.detach();
      Sh.waitFor(Duration.ofSeconds(10), () -> agent.tell("guarded").equals("[]"));
      assertEquals(0, agent.marks(), "its folder belongs to another filesystem");
      disk.attach();
      Sh.waitFor(Duration.ofSeconds(10), () -> agent.marks() == 1);
      assertNotEquals(0, Sh.run("cat " + evil).exit());
      agent.stop();
    }
  }

  @Test
  void pipesAreOpenedAndHoldNobodyUp() throws Exception {
    Path clean = file("clean", "good");
    Path pipe = disk.path("pipe");
    assertEquals(0, Sh.run("mkfifo " + pipe).exit());
    try (AgentProcess agent = new AgentProcess(disk.root(), Options.defaults())) {
      Process reader = Sh.start("cat " + pipe);
      assertEquals("good", Sh.run("sleep 0.3; timeout -s KILL 5 cat " + clean).output());
      assertEquals(0, Sh.run("timeout -s KILL 5 sh -c 'echo through > " + pipe + "'").exit());
      assertEquals(
          "through\n", new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      String writerFirst = "(echo first > " + pipe + ") & sleep 0.3; timeout -s KILL 5 cat " + pipe;
      assertEquals("first\n", Sh.run(writerFirst).output());
      agent.stop();
    }
  }

  @Test
  void aSocketThatIsOpenedDoesNotEndTheWatching() throws Exception {
    Path evil = file("evil", "EVIL");
    Path socket = disk.path("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        AgentProcess agent = new AgentProcess(disk.root(), Options.defaults())) {
      server.bind(UnixDomainSocketAddress.of(socket));
      assertEquals(1, Sh.run("timeout -s KILL 5 cat " + socket).exit());
      assertEquals(1, Sh.run("timeout -s KILL 5 cat " + evil).exit());
      agent.stop();
    }
  }

  @Test
  void aFileWithALeaseDoesNotHoldTheOthersUp() throws Exception {
    Path clean = file("clean", "good");
    Path leased = file("leased", "good");
    // The agent may still have the file open, for the answer to this very open.
    String lease =
        """
        exec python3 -c "
        import fcntl, os, signal, time
        signal.signal(signal.SIGIO, signal.SIG_IGN)
        fd = os.open('%s', os.O_RDWR)
        while True:
            try:
                fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
                break
            except OSError:
                time.sleep(0.01)
        print('leased', flush=True)
        time.sleep(30)"
        """
            .formatted(leased);
    try (AgentProcess agent = new AgentProcess(disk.root(), Options.defaults())) {
      Process holder = Sh.start(lease);
      try (var said = holder.inputReader(StandardCharsets.UTF_8)) {
        assertEquals("leased", said.readLine());
        Process opener = Sh.start("cat " + leased);
        assertTrue(opener.waitFor(5, TimeUnit.SECONDS), "the kernel denies it");
        Sh.Result opened = Sh.run("timeout -s KILL 5 cat " + clean);
        assertEquals("good", opened.output());
      } finally {
        holder.descendants().forEach(ProcessHandle::destroyForcibly);
        holder.destroyForcibly().waitFor();
      }
      agent.stop();
    }
  }
}
