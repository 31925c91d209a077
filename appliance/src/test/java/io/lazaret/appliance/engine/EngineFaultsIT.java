// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens when a real clamd is killed, stopped, missing, or gets new signatures. */
class EngineFaultsIT {
  @TempDir Path directory;

  @SuppressWarnings("NullAway.Init") // every test starts one, in its own way
  EngineRig rig;

  @AfterEach
  void stop() throws IOException {
    long pid = rig.engine.enginePid();
    rig.close();
    assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
  }

  private List<CompletableFuture<ScanResult>> load(int scans) {
    return load(scans, 1);
  }

  private List<CompletableFuture<ScanResult>> load(int scans, long guest) {
    Random random = new Random(guest);
    List<CompletableFuture<ScanResult>> results = new ArrayList<>();
    for (int i = 0; i < scans; i++) {
      byte[] content = new byte[1 << 20];
      random.nextBytes(content);
      ScanRequest plain = TestContents.request(content, EngineRig.LONG);
      results.add(
          rig.engine.scan(
              new ScanRequest(
                  plain.lane(), 1, guest, plain.content(), plain.source(), plain.deadlineNanos())));
    }
    return results;
  }

  private void kill() {
    try {
      signal("KILL");
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void signal(String name) throws IOException, InterruptedException {
    assertEquals(
        0,
        new ProcessBuilder("kill", "-" + name, Long.toString(rig.engine.enginePid()))
            .start()
            .waitFor());
  }

  @Test
  void scansInFlightSurviveAKillOfTheEngine() throws IOException, InterruptedException {
    rig = EngineRig.start(directory);
    long first = rig.engine.enginePid();
    List<CompletableFuture<ScanResult>> results = load(40);
    EngineRig.await("a scan has ended", () -> results.stream().anyMatch(f -> f.isDone()));
    signal("KILL");
    for (CompletableFuture<ScanResult> result : results) {
      assertEquals(new ScanResult.Scanned(Verdict.CLEAN, 1), EngineRig.get(result));
    }
    rig.awaitReady();
    assertNotEquals(first, rig.engine.enginePid());
    assertInstanceOf(Verdict.Infected.class, rig.verdict(TestContents.eicar()));
  }

  /** What small probes by stream do not show: the way that larger contents take. */
  @Test
  void anEngineThatCanReadItsFilesNoMoreIsFoundAndStreamedToInItsNextLife() throws IOException {
    rig = EngineRig.start(directory);
    Path place = directory.resolve("engine").toRealPath();
    String name = "lazaret-clamd-" + Integer.toHexString(place.toString().hashCode()) + "-contents";
    Path files = Path.of("/dev/shm", name);
    assumeTrue(Files.isDirectory(files), "clamd's temporary files are not in memory here");
    byte[] bad = Arrays.copyOf(TestContents.eicar(), 100_000);
    assertInstanceOf(Verdict.Infected.class, rig.verdict(bad));
    Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("---------"));

    EngineRig.await("the self-test finds it", () -> !rig.engine.status().ready());
    rig.awaitReady();
    assertInstanceOf(Verdict.Infected.class, rig.verdict(bad));
    assertEquals(Verdict.CLEAN, rig.verdict(new byte[100_000]));
  }

  @Test
  void ofManyGuestsContentsInsideOnlyTheOneThatBreaksTheEngineIsBlamed() throws IOException {
    rig = EngineRig.start(directory, EngineRig.limits());
    AtomicInteger tries = new AtomicInteger();
    byte[] bomb = TestContents.text("a content that kills the engine");
    ScanRequest plain = TestContents.request(bomb, EngineRig.LONG);
    ScanRequest deadly =
        new ScanRequest(
            Lane.OPEN,
            1,
            9,
            plain.content(),
            () ->
                new FilterInputStream(plain.source().open()) {
                  @Override
                  public int read(byte[] into, int offset, int count) throws IOException {
                    int got = super.read(into, offset, count);
                    if (got > 0) { // the engine has accepted it
                      tries.incrementAndGet();
                      kill();
                    }
                    return got;
                  }
                },
            plain.deadlineNanos());
    List<CompletableFuture<ScanResult>> others = new ArrayList<>();
    for (long guest = 1; guest <= 4; guest++) {
      others.addAll(load(4, guest));
    }
    CompletableFuture<ScanResult> result = rig.engine.scan(deadly);
    for (long guest = 5; guest <= 8; guest++) {
      others.addAll(load(4, guest));
    }
    for (CompletableFuture<ScanResult> other : others) {
      assertEquals(new ScanResult.Scanned(Verdict.CLEAN, 1), EngineRig.get(other));
    }
    assertEquals(
        new ScanResult.Scanned(new Verdict.Incomplete(Verdict.Reason.ENGINE), 1),
        EngineRig.get(result));
    assertEquals(2, tries.get());
  }

  @Test
  void anEngineThatRunsOutOfMemoryCallsNothingCleanThatItDidNotSee() throws IOException {
    EngineSettings roomy = EngineRig.settings(directory, "clamd", EngineRig.limits());
    EngineSettings.Managed managed = (EngineSettings.Managed) roomy.daemon();
    TestSignatures.writeTo(directory.resolve("signatures"));
    rig =
        EngineRig.start(
            directory,
            new EngineSettings(
                new EngineSettings.Managed(
                    managed.binary(),
                    managed.signatures(),
                    managed.directory(),
                    "",
                    "",
                    0,
                    24L << 20,
                    ""),
                roomy.limits(),
                roomy.queue(),
                roomy.care()));
    rig.awaitReady();
    byte[] hidden = TestContents.zip(0, concatenated(new byte[8 << 20], TestContents.eicar()));
    boolean ranOut = false;
    for (int i = 0; i < 4; i++) {
      ScanResult result =
          EngineRig.get(rig.engine.scan(TestContents.request(hidden, Duration.ofSeconds(20))));
      boolean seen =
          result instanceof ScanResult.Scanned scanned
              && scanned.verdict() instanceof Verdict.Infected;
      ranOut |= !seen;
      assertFalse(
          result instanceof ScanResult.Scanned scanned && scanned.verdict().equals(Verdict.CLEAN),
          result.toString());
    }
    assertTrue(ranOut, "memory was enough, so nothing was shown");
    EngineRig.await(
        "small contents are scanned again",
        () ->
            rig.scan(TestContents.eicar()) instanceof ScanResult.Scanned scanned
                && scanned.verdict() instanceof Verdict.Infected);
  }

  private static byte[] concatenated(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  @Test
  void aClamdThatAnEarlierRunLeftBehindIsEndedButNoOtherProcess()
      throws IOException, InterruptedException {
    Path program = Files.copy(Path.of("/bin/sleep"), directory.resolve("clamd-of-old"));
    Path home = Files.createDirectories(directory.resolve("engine"));
    Process stale = new ProcessBuilder(program.toString(), "600").start();
    Process other = new ProcessBuilder(program.toString(), "600").start();
    try {
      Files.writeString(home.resolve("clamd.pid"), stale.pid() + "\n" + started(stale) + "\n");
      Files.writeString(home.resolve("clamd-check.pid"), other.pid() + "\n2001-01-01T00:00:00Z\n");
      rig = EngineRig.start(directory);
      EngineRig.await("the stale clamd is gone", () -> !stale.isAlive());
      // Loading new signatures starts the checker, which meets its own pid file.
      Files.writeString(rig.signatures.resolve("new.ndb"), "New:0:*:" + "ab".repeat(20) + "\n");
      assertInstanceOf(SignatureChange.Applied.class, EngineRig.get(rig.engine.reload()));
      assertTrue(other.isAlive());
    } finally {
      stale.destroyForcibly().waitFor();
      other.destroyForcibly().waitFor();
    }
  }

  private static String started(Process process) {
    return process.info().startInstant().orElseThrow().toString();
  }

  @Test
  void liveSignaturesThatDoNotLoadAtTheStartGiveWayToThoseBefore() throws IOException {
    rig = EngineRig.start(directory);
    Files.writeString(rig.signatures.resolve("new.ndb"), "New:0:*:" + "ab".repeat(20) + "\n");
    assertInstanceOf(SignatureChange.Applied.class, EngineRig.get(rig.engine.reload()));
    assertEquals(2, rig.engine.status().generation());
    MemoryEpochBook book = rig.book;
    rig.close();
    Files.writeString(directory.resolve("engine/live/new.ndb"), "This is:no:signature\n");
    rig =
        EngineRig.start(
            directory, EngineRig.settings(directory, "clamd", EngineRig.limits()), book);
    rig.awaitReady();
    assertEquals(1, rig.engine.status().generation());
    assertTrue(
        rig.engine.status().problem().contains("do not load"), rig.engine.status().problem());
    assertInstanceOf(Verdict.Infected.class, rig.verdict(TestContents.eicar()));
  }

  @Test
  void aStoppedEngineIsReplacedAndItsScansAreMadeAgain() throws IOException, InterruptedException {
    rig = EngineRig.start(directory);
    long first = rig.engine.enginePid();
    List<CompletableFuture<ScanResult>> results = load(20);
    signal("STOP");
    for (CompletableFuture<ScanResult> result : results) {
      assertEquals(new ScanResult.Scanned(Verdict.CLEAN, 1), EngineRig.get(result));
    }
    rig.awaitReady();
    assertNotEquals(first, rig.engine.enginePid());
  }

  @Test
  void everyVerdictIsStampedWithTheGenerationThatMadeIt() throws IOException, InterruptedException {
    rig = EngineRig.start(directory);
    byte[] content = TestContents.text("a content that will be bad tomorrow");
    long old = rig.engine.status().epoch();
    assertEquals(new ScanResult.Scanned(Verdict.CLEAN, old), rig.scan(content));
    Files.writeString(
        rig.signatures.resolve("new.ndb"),
        "Tomorrow:0:*:" + HexFormat.of().formatHex(content) + "\n");
    List<ScanResult> results = new ArrayList<>();
    EngineRig.await(
        "the new generation",
        () -> {
          results.add(rig.scan(content));
          return rig.engine.status().epoch() != old;
        });
    long fresh = rig.engine.status().epoch();
    results.add(rig.scan(content));
    for (ScanResult result : results) {
      Verdict expected =
          result instanceof ScanResult.Scanned scanned && scanned.epoch() == old
              ? Verdict.CLEAN
              : new Verdict.Infected("Tomorrow.UNOFFICIAL");
      assertTrue(
          result.equals(new ScanResult.Scanned(expected, old))
              || result.equals(new ScanResult.Scanned(expected, fresh)),
          result.toString());
    }
    assertEquals(
        new ScanResult.Scanned(new Verdict.Infected("Tomorrow.UNOFFICIAL"), fresh),
        results.getLast());
    assertInstanceOf(SignatureChange.Applied.class, EngineRig.get(rig.engine.rollback()));
    assertEquals(
        new ScanResult.Scanned(Verdict.CLEAN, rig.engine.status().epoch()), rig.scan(content));
    assertNotEquals(fresh, rig.engine.status().epoch());
  }

  @Test
  void signaturesThatDoNotLoadAreKeptOut() throws IOException {
    rig = EngineRig.start(directory);
    EngineStatus before = rig.engine.status();
    Files.writeString(rig.signatures.resolve("broken.ndb"), "This is:no:signature\n");
    assertInstanceOf(SignatureChange.Rejected.class, EngineRig.get(rig.engine.reload()));
    EngineStatus after = rig.engine.status();
    assertEquals(before.epoch(), after.epoch());
    assertTrue(after.ready());
    assertTrue(after.problem().contains("do not load"), after.problem());
    assertEquals(
        0, rig.metrics.value(Metric.SELF_TESTS, "failed"), "the checker's are not counted");
    assertInstanceOf(Verdict.Infected.class, rig.verdict(TestContents.eicar()));
    Files.delete(rig.signatures.resolve("broken.ndb"));
    assertInstanceOf(SignatureChange.Unchanged.class, EngineRig.get(rig.engine.reload()));
    assertEquals("", rig.engine.status().problem());
  }

  @Test
  void whatWasKeptOutOrRolledBackStaysOutAfterARestart() throws IOException {
    rig = EngineRig.start(directory);
    Files.writeString(rig.signatures.resolve("new.ndb"), "Some:0:*:0102030405060708\n");
    assertInstanceOf(SignatureChange.Applied.class, EngineRig.get(rig.engine.reload()));
    assertInstanceOf(SignatureChange.Applied.class, EngineRig.get(rig.engine.rollback()));
    assertEquals(1, rig.metrics.counter(Metric.SIGNATURE_CHANGES, "rolled_back").total());
    long rolledBack = rig.engine.status().epoch();
    restart();
    EngineRig.await(
        "the status says so", () -> rig.engine.status().problem().contains("rolled back"));
    assertEquals(rolledBack, rig.engine.status().epoch());

    Files.writeString(rig.signatures.resolve("new.ndb"), "This is:no:signature\n");
    EngineRig.await("it is kept out", () -> rig.engine.status().problem().contains("do not load"));
    EngineRig.await(
        "it is counted",
        () -> rig.metrics.counter(Metric.SIGNATURE_CHANGES, "rejected").total() == 1);
    restart();
    EngineRig.await(
        "the status says so", () -> rig.engine.status().problem().contains("do not load"));
    assertEquals(0, rig.metrics.counter(Metric.SIGNATURE_CHANGES, "rejected").total(), "no try");
    assertEquals(1, rig.metrics.value(Metric.SIGNATURES_HELD_BACK));
    assertTrue(rig.engine.status().ready());
  }

  private void restart() throws IOException {
    MemoryEpochBook book = rig.book;
    rig.close();
    rig =
        EngineRig.start(
            directory, EngineRig.settings(directory, "clamd", EngineRig.limits()), book);
    rig.awaitReady();
  }

  @Test
  void anAbsentEngineIsSaidAndGivesNoVerdict() throws IOException {
    rig =
        EngineRig.start(
            directory, EngineRig.settings(directory, "/nowhere/clamd", EngineRig.limits()));
    EngineRig.await(
        "the absence is noticed", () -> rig.engine.status().problem().contains("not installed"));
    assertFalse(rig.engine.status().ready());
    assertTrue(
        rig.scan(TestContents.text("a content"))
                instanceof ScanResult.NotScanned(Refusal code, String detail)
            && code == Refusal.ENGINE_UNAVAILABLE);
  }

  @Test
  void anEngineWithoutSignaturesIsNotReadyUntilThereAreSome() throws IOException {
    rig = EngineRig.start(directory, EngineRig.settings(directory, "clamd", EngineRig.limits()));
    EngineRig.await(
        "the lack is noticed", () -> rig.engine.status().problem().contains("no signatures"));
    assertTrue(
        rig.scan(TestContents.text("a content"))
                instanceof ScanResult.NotScanned(Refusal code, String detail)
            && code == Refusal.ENGINE_UNAVAILABLE);
    TestSignatures.writeTo(rig.signatures);
    rig.awaitReady();
    assertInstanceOf(Verdict.Infected.class, rig.verdict(TestContents.eicar()));
  }

  @Test
  void aDeadlineEndsTheResultInTime() throws IOException, InterruptedException {
    rig = EngineRig.start(directory);
    signal("STOP");
    long start = System.nanoTime();
    ScanResult result =
        EngineRig.get(
            rig.engine.scan(
                TestContents.request(TestContents.text("a content"), Duration.ofMillis(300))));
    assertInstanceOf(ScanResult.NotScanned.class, result);
    assertTrue(System.nanoTime() - start < Duration.ofSeconds(10).toNanos());
  }

  @Test
  void aRestartKeepsGenerationAndEpoch() throws IOException {
    rig = EngineRig.start(directory);
    EngineStatus before = rig.engine.status();
    MemoryEpochBook book = rig.book;
    rig.close();
    rig =
        EngineRig.start(
            directory, EngineRig.settings(directory, "clamd", EngineRig.limits()), book);
    rig.awaitReady();
    assertEquals(before.epoch(), rig.engine.status().epoch());
    assertEquals(before.generation(), rig.engine.status().generation());
  }
}
