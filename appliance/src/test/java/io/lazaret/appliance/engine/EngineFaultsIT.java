// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
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
    Random random = new Random(7);
    List<CompletableFuture<ScanResult>> results = new ArrayList<>();
    for (int i = 0; i < scans; i++) {
      byte[] content = new byte[1 << 20];
      random.nextBytes(content);
      results.add(rig.engine.scan(TestContents.request(content, EngineRig.LONG)));
    }
    return results;
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
    assertInstanceOf(Verdict.Infected.class, rig.verdict(TestContents.eicar()));
    Files.delete(rig.signatures.resolve("broken.ndb"));
    assertInstanceOf(SignatureChange.Unchanged.class, EngineRig.get(rig.engine.reload()));
    assertEquals("", rig.engine.status().problem());
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
