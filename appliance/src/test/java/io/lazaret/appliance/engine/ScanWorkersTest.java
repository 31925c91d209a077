// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ScanWorkersTest {
  private final AtomicLong now = new AtomicLong(1);
  private final EngineSettings settings = EngineSettings.managed(Path.of("a"), Path.of("b"));
  private final ScanQueue queue = new ScanQueue(settings.queue(), now::get);
  private final EngineGate gate = new EngineGate(queue, () -> {});
  private final FakeEngine engine = new FakeEngine();
  private final Epochs epochs = new Epochs(new MemoryEpochBook(), "limits");
  private final Watchdog watchdog = new Watchdog(now::get);
  private final Metrics metrics = new Metrics();
  private final ScanWorkers workers =
      new ScanWorkers(
          queue,
          gate,
          engine,
          new StampedScanner(epochs, null),
          epochs,
          watchdog,
          settings,
          now::get,
          metrics);

  ScanWorkersTest() {
    epochs.settle(1, "Fake 1", 1);
    gate.open();
  }

  private ScanJob queued(long withinNanos) {
    ScanJob job = new ScanJob(TestContents.request(Lane.OPEN, 1, 1, now.get() + withinNanos), 1);
    assertTrue(queue.offer(job));
    return job;
  }

  private static final Scanner.Look CLEAN = new Scanner.Look.Found(Verdict.CLEAN);
  private static final Scanner.Look LOST = new Scanner.Look.Lost("gone");

  @Test
  void aVerdictCarriesItsEpoch() {
    ScanJob job = queued(1000);
    engine.looks.add(() -> CLEAN);
    assertTrue(workers.runOne());
    assertEquals(new ScanResult.Scanned(Verdict.CLEAN, 1), job.result().join());
    assertFalse(workers.runOne());
  }

  @Test
  void aPassedDeadlineCostsNoScan() {
    ScanJob job = queued(1000);
    now.addAndGet(1000);
    assertTrue(workers.runOne());
    assertEquals(ScanWorkers.deadlinePassed(), job.result().join());
  }

  @Test
  void theDeadlineEndsTheResultAlsoDuringTheScan() {
    ScanJob job = queued(1000);
    engine.looks.add(() -> {
      now.addAndGet(1000);
      workers.expireRunning();
      assertEquals(ScanWorkers.deadlinePassed(), job.result().join());
      return CLEAN;
    });
    assertTrue(workers.runOne());
    assertEquals(ScanWorkers.deadlinePassed(), job.result().join());
  }

  @Test
  void theWatchdogsInterruptNeverReachesTheNextScan() {
    ScanJob hanging = queued(Long.MAX_VALUE / 2);
    ScanJob next = queued(Long.MAX_VALUE / 2 + 1);
    engine.looks.add(() -> {
      now.addAndGet(settings.limits().scanTime().plus(settings.care().hangTime()).toNanos());
      watchdog.check();
      assertTrue(Thread.currentThread().isInterrupted());
      return LOST;
    });
    engine.looks.add(() -> {
      assertFalse(Thread.currentThread().isInterrupted());
      return CLEAN;
    });
    engine.looks.add(() -> CLEAN);
    assertTrue(workers.runOne());
    assertFalse(Thread.currentThread().isInterrupted());
    watchdog.check();
    assertFalse(Thread.currentThread().isInterrupted());
    assertFalse(hanging.result().isDone());
    assertTrue(workers.runOne());
    assertTrue(workers.runOne());
    assertEquals(new ScanResult.Scanned(Verdict.CLEAN, 1), hanging.result().join());
    assertEquals(new ScanResult.Scanned(Verdict.CLEAN, 1), next.result().join());
  }

  @Test
  void aContentThatBreaksTheEngineTwiceIsIncompleteAndGetsNoThirdTry() {
    engine.dies = true;
    ScanJob job = queued(1000);
    engine.looks.add(() -> LOST);
    engine.looks.add(() -> LOST);
    assertTrue(workers.runOne());
    assertFalse(job.result().isDone());
    assertTrue(workers.runOne());
    assertEquals(
        new ScanResult.Scanned(new Verdict.Incomplete(Verdict.Reason.ENGINE), 1),
        job.result().join());
    assertEquals(0, queue.size());
  }

  @Test
  void aSuspectThatFindsNoEngineIsNotBlamedForThat() {
    engine.dies = true;
    ScanJob job = queued(1000);
    engine.looks.add(() -> LOST);
    engine.looks.add(() -> new Scanner.Look.Absent("refused"));
    engine.looks.add(() -> CLEAN);
    while (workers.runOne()) {}
    assertEquals(new ScanResult.Scanned(Verdict.CLEAN, 1), job.result().join());
    assertEquals(1, job.breaks());
  }

  @Test
  void anEngineThatIsNeverThereEndsTheScanWithoutAVerdict() {
    engine.dies = true;
    ScanJob job = queued(1000);
    for (int i = 0; i < 4; i++) {
      engine.looks.add(() -> new Scanner.Look.Absent("refused"));
    }
    while (workers.runOne()) {}
    assertEquals(new ScanResult.NotScanned(Refusal.ENGINE_FAILED, "refused"), job.result().join());
    assertEquals(0, job.breaks());
  }

  @Test
  void aBreakIsRememberedBeyondTheDeadlineOfItsScan() {
    engine.dies = true;
    ScanJob first = queued(1000);
    engine.looks.add(() -> LOST);
    assertTrue(workers.runOne());
    now.addAndGet(1000);
    assertTrue(workers.runOne());
    assertEquals(ScanWorkers.deadlinePassed(), first.result().join());
    ScanJob second = queued(1000);
    engine.looks.add(() -> LOST);
    assertTrue(workers.runOne());
    assertEquals(
        new ScanResult.Scanned(new Verdict.Incomplete(Verdict.Reason.ENGINE), 1),
        second.result().join());
  }

  @Test
  void aVerdictAfterTheDeadlineIsToldToWhoRemembersIt() {
    List<ScanResult> late = new ArrayList<>();
    ScanRequest plain = TestContents.request(Lane.OPEN, 1, 1, now.get() + 1000);
    ScanJob job =
        new ScanJob(
            new ScanRequest(
                Lane.OPEN, 1, 1, plain.content(), plain.source(), now.get() + 1000, late::add),
            1);
    assertTrue(queue.offer(job));
    engine.looks.add(() -> {
      now.addAndGet(1000);
      workers.expireRunning();
      return CLEAN;
    });
    assertTrue(workers.runOne());
    assertEquals(ScanWorkers.deadlinePassed(), job.result().join());
    assertEquals(List.of(new ScanResult.Scanned(Verdict.CLEAN, 1)), late);
  }

  @Test
  void anEngineThatAnswersWithErrorsGivesNoVerdict() {
    ScanJob job = queued(1000);
    engine.looks.add(() -> new Scanner.Look.Failed("no memory"));
    engine.looks.add(() -> LOST);
    assertTrue(workers.runOne());
    assertTrue(workers.runOne());
    assertEquals(new ScanResult.NotScanned(Refusal.ENGINE_FAILED, "gone"), job.result().join());
  }

  @Test
  void manyFailuresHoldTheQueueBackUntilAProbe() {
    for (int i = 0; i < settings.care().failures(); i++) {
      ScanJob job = new ScanJob(TestContents.request(Lane.OPEN, 1, i, now.get() + 1000), i);
      assertTrue(queue.offer(job));
      engine.looks.add(() -> new Scanner.Look.Failed("no memory"));
    }
    while (workers.runOne()) {}
    assertEquals(EngineGate.State.WAITING, gate.state());
    engine.looks.clear();
    engine.looks.add(() -> CLEAN);
    gate.open();
    assertTrue(workers.runOne());
  }

  @Test
  void aBlindEnginesCleanIsNotBelievedButItsFindingIs() {
    gate.blind("blind");
    ScanJob clean = queued(1000);
    engine.looks.add(() -> CLEAN);
    assertTrue(workers.runOne());
    assertEquals(new ScanResult.NotScanned(Refusal.ENGINE_FAILED, "blind"), clean.result().join());
    ScanJob bad = queued(1000);
    Verdict infected = new Verdict.Infected("Bad");
    engine.looks.add(() -> new Scanner.Look.Found(infected));
    assertTrue(workers.runOne());
    assertEquals(new ScanResult.Scanned(infected, 1), bad.result().join());
  }

  @Test
  void aCleanAcrossAMomentOfDoubtIsMadeAgain() {
    ScanJob job = queued(1000);
    engine.looks.add(() -> {
      gate.blind("blind");
      gate.open();
      return CLEAN;
    });
    assertTrue(workers.runOne());
    assertFalse(job.result().isDone());
    engine.looks.add(() -> CLEAN);
    assertTrue(workers.runOne());
    assertEquals(new ScanResult.Scanned(Verdict.CLEAN, 1), job.result().join());
  }

  @Test
  void anAnswerThatMayBeAStrangersIsMadeAgain() {
    ScanJob job = queued(1000);
    engine.fate = Clamd.Fate.ENDED;
    engine.genuine = () -> false;
    engine.looks.add(() -> CLEAN);
    assertTrue(workers.runOne());
    assertFalse(job.result().isDone());
    engine.genuine = () -> true;
    Verdict infected = new Verdict.Infected("Bad");
    engine.looks.add(() -> new Scanner.Look.Found(infected));
    assertTrue(workers.runOne());
    assertEquals(new ScanResult.Scanned(infected, 1), job.result().join());
  }

  @Test
  void anEngineThatEndsInOrderIsNoContentsFault() {
    ScanJob job = queued(1000);
    engine.fate = Clamd.Fate.ENDED;
    for (int i = 0; i < 4; i++) {
      assertFalse(job.result().isDone());
      engine.looks.add(() -> LOST);
      assertTrue(workers.runOne());
    }
    assertEquals(new ScanResult.NotScanned(Refusal.ENGINE_FAILED, "gone"), job.result().join());
    assertEquals(0, job.breaks());
  }

  @Test
  void aVerdictAcrossAChangeOfEpochIsMadeAgain() {
    ScanJob job = queued(1000);
    engine.looks.add(() -> {
      epochs.settle(1, "Fake 1", 2);
      return CLEAN;
    });
    Verdict infected = new Verdict.Infected("New");
    engine.looks.add(() -> new Scanner.Look.Found(infected));
    assertTrue(workers.runOne());
    assertEquals(new ScanResult.Scanned(infected, 2), job.result().join());
  }

  @Test
  void aDefectOfAScannerEndsTheResult() {
    ScanJob job = queued(1000);
    engine.looks.add(() -> {
      throw new IllegalStateException("defect");
    });
    assertTrue(workers.runOne());
    assertTrue(
        job.result().join() instanceof ScanResult.NotScanned(Refusal code, String detail)
            && code == Refusal.INTERNAL);
  }
}
