// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes scans from the queue to the engine, one at a time per calling thread, and sees each through
 * to its result. What broke the engine is tried again alone, so that a second break has one cause.
 */
final class ScanWorkers {
  private static final Logger log = LoggerFactory.getLogger(ScanWorkers.class);
  private static final int MOST_BREAKS = 2;
  private static final int MOST_ERRORS = 2;
  private static final int MOST_ENDS = 4;

  private final ScanQueue queue;
  private final EngineGate gate;
  private final Clamd clamd;
  private final StampedScanner scanner;
  private final Epochs epochs;
  private final Watchdog watchdog;
  private final long longestScanNanos;
  private final int failuresToStop;
  private final LongSupplier nanoTime;
  private final Metrics metrics;
  private final Set<ScanJob> running = ConcurrentHashMap.newKeySet();
  private final Suspects suspects = new Suspects();
  private final AtomicLong recentNanos = new AtomicLong();
  private final AtomicInteger failures = new AtomicInteger();

  /** Shared by ordinary scans; exclusive for one that was there when the engine broke. */
  private final ReentrantReadWriteLock alone = new ReentrantReadWriteLock(true);

  ScanWorkers(
      ScanQueue queue,
      EngineGate gate,
      Clamd clamd,
      StampedScanner scanner,
      Epochs epochs,
      Watchdog watchdog,
      EngineSettings settings,
      LongSupplier nanoTime,
      Metrics metrics) {
    this.queue = queue;
    this.gate = gate;
    this.clamd = clamd;
    this.scanner = scanner;
    this.epochs = epochs;
    this.watchdog = watchdog;
    this.longestScanNanos = settings.limits().scanTime().plus(settings.care().hangTime()).toNanos();
    this.failuresToStop = settings.care().failures();
    this.nanoTime = nanoTime;
    this.metrics = metrics;
    metrics.gauge(Metric.SCANS_RUNNING, running::size);
  }

  /** Works until the queue is closed. */
  void runUntilClosed() {
    while (true) {
      try {
        ScanJob job = queue.take();
        if (job == null) {
          return;
        }
        work(job);
      } catch (InterruptedException e) {
        // Nobody interrupts but a watch, and that takes its interrupt back: go on until closed.
        log.debug("A worker was interrupted while it waited.");
      }
    }
  }

  /** Works on the next scan if there is one. */
  boolean runOne() {
    ScanJob job = queue.poll();
    if (job != null) {
      work(job);
    }
    return job != null;
  }

  private void work(ScanJob job) {
    job.breaksBefore(suspects.breaks(job.request().content()));
    Lock lock = job.breaks() > 0 ? alone.writeLock() : alone.readLock();
    lock.lock();
    running.add(job);
    Optional<ScanResult> result;
    try {
      result = attempt(job);
    } catch (RuntimeException e) {
      log.error("A scan failed by a defect. content={}", job.request().content(), e);
      result = Optional.of(new ScanResult.NotScanned(Refusal.INTERNAL, e.toString()));
    } finally {
      running.remove(job);
      lock.unlock();
    }
    if (result.isPresent()) {
      finish(job, result.get());
    } else if (!queue.putBack(job)) {
      finish(job, new ScanResult.NotScanned(Refusal.SHUTTING_DOWN, "the engine is closed"));
    } else if (gate.state() == EngineGate.State.DOWN) {
      gate.down(gate.view().problem());
    }
  }

  /** Empty: to be tried again. */
  private Optional<ScanResult> attempt(ScanJob job) {
    long now = nanoTime.getAsLong();
    metrics.record(Metric.QUEUE_TIME, now - job.queuedNanos(), label(job.lane()));
    metrics.count(Metric.QUEUE_TURNS, label(job.lane()), times(job.overtaken()));
    if (job.request().deadlineNanos() - now <= 0 || job.result().isDone()) {
      return Optional.of(deadlinePassed());
    }
    EngineGate.View before = gate.view();
    Clamd.Run run = clamd.run();
    if (run == null) {
      // It died a moment ago; the queue is about to be held back.
      gate.suspend("the engine is being started");
      return Optional.empty();
    }
    Watchdog.Watch watch = watchdog.begin(longestScanNanos);
    boolean hung;
    StampedScanner.Stamped stamped;
    try {
      stamped = scanner.scan(run, job.request());
    } finally {
      hung = watch.end();
    }
    long took = nanoTime.getAsLong() - now;
    recentNanos.accumulateAndGet(took, (average, latest) -> average + (latest - average) / 8);
    metrics.record(Metric.SCAN_TIME, took);
    return switch (stamped.look()) {
      case Scanner.Look.Found(Verdict verdict) when !clamd.genuine(run) ->
          absent(job, run, false, "who answered is unknown");
      case Scanner.Look.Found(Verdict verdict) -> {
        Optional<ScanResult> result = believed(verdict, stamped.epoch(), before);
        if (result.isEmpty()) {
          yield result;
        }
        failures.set(0);
        suspects.acquit(job.request().content());
        yield result;
      }
      case Scanner.Look.BadSource(String detail) when !hung ->
          Optional.of(new ScanResult.NotScanned(Refusal.INTERNAL, detail));
      case Scanner.Look.BadSource(String detail) -> lost(job, run, true, detail);
      case Scanner.Look.Lost(String detail) -> lost(job, run, hung, detail);
      case Scanner.Look.Absent(String detail) -> absent(job, run, hung, detail);
      case Scanner.Look.Failed(String detail) -> failed(job, detail);
    };
  }

  /** "Clean" counts when the engine was trusted all the time; empty: to be tried again. */
  private Optional<ScanResult> believed(Verdict verdict, long epoch, EngineGate.View before) {
    EngineGate.View after = gate.view();
    boolean trusted = after.state() == EngineGate.State.OPEN && after.changes() == before.changes();
    if (trusted || !(verdict instanceof Verdict.Clean)) {
      return Optional.of(new ScanResult.Scanned(verdict, epoch));
    }
    return after.state() == EngineGate.State.BLIND
        ? Optional.of(new ScanResult.NotScanned(Refusal.ENGINE_FAILED, after.problem()))
        : Optional.empty();
  }

  private Optional<ScanResult> lost(ScanJob job, Clamd.Run run, boolean hung, String detail) {
    switch (clamd.died(run, hung)) {
      case ALIVE -> {
        return failed(job, detail);
      }
      case ENDED -> {
        return ended(job, detail);
      }
      case BROKEN -> {}
    }
    job.noteBreak();
    suspects.note(job.request().content(), job.breaks());
    log.warn(
        "The engine broke during a scan. content={} times={} hung={} detail={}",
        job.request().content().hash(),
        job.breaks(),
        hung,
        detail);
    if (job.breaks() >= MOST_BREAKS) {
      suspects.acquit(job.request().content()); // its verdict is remembered instead
      return Optional.of(
          new ScanResult.Scanned(
              new Verdict.Incomplete(Verdict.Reason.ENGINE), epochs.window().epoch()));
    }
    return Optional.empty();
  }

  /** However the engine ended, this content was not in it. */
  private Optional<ScanResult> absent(ScanJob job, Clamd.Run run, boolean hung, String detail) {
    return clamd.died(run, hung) == Clamd.Fate.ALIVE ? failed(job, detail) : ended(job, detail);
  }

  private static Optional<ScanResult> ended(ScanJob job, String detail) {
    job.noteEnd();
    return job.ends() >= MOST_ENDS
        ? Optional.of(new ScanResult.NotScanned(Refusal.ENGINE_FAILED, detail))
        : Optional.empty();
  }

  private Optional<ScanResult> failed(ScanJob job, String detail) {
    job.noteError();
    if (failures.incrementAndGet() >= failuresToStop) {
      failures.set(0);
      if (gate.state() == EngineGate.State.OPEN) {
        log.warn("The engine fails; nothing is sent until a probe succeeds. detail={}", detail);
        gate.suspend("the engine fails: " + detail);
      }
    }
    return job.errors() >= MOST_ERRORS
        ? Optional.of(new ScanResult.NotScanned(Refusal.ENGINE_FAILED, detail))
        : Optional.empty();
  }

  /** Ends the results whose deadline passed during their scan; the engine cannot stop a scan. */
  void expireRunning() {
    long now = nanoTime.getAsLong();
    for (ScanJob job : running) {
      if (job.request().deadlineNanos() - now <= 0) {
        finish(job, deadlinePassed());
      }
    }
  }

  /** Ends the results of scans that the engine's end did not free. */
  void closeRunning() {
    for (ScanJob job : running) {
      finish(job, new ScanResult.NotScanned(Refusal.SHUTTING_DOWN, "the engine is closed"));
    }
  }

  /** What a scan took of late, as a moving average. */
  long recentScanMillis() {
    return recentNanos.get() / 1_000_000;
  }

  /** Ends a scan that is not in the queue any more. */
  void finish(ScanJob job, ScanResult result) {
    if (job.result().complete(result)) {
      metrics.count(Metric.SCANS, label(result));
    } else if (result instanceof ScanResult.Scanned scanned) {
      tellLate(job, scanned);
    }
  }

  private static void tellLate(ScanJob job, ScanResult.Scanned scanned) {
    try {
      job.request().late().scanned(scanned);
    } catch (RuntimeException e) {
      log.error("A late verdict was lost by a defect. content={}", job.request().content(), e);
    }
  }

  static ScanResult.NotScanned deadlinePassed() {
    return new ScanResult.NotScanned(Refusal.DEADLINE_PASSED, "deadline passed");
  }

  /** Few values, because it is a label. */
  private static String times(long overtaken) {
    return overtaken > 2 ? "more" : Long.toString(overtaken);
  }

  static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String label(ScanResult result) {
    return switch (result) {
      case ScanResult.Scanned(Verdict.Clean clean, long epoch) -> "clean";
      case ScanResult.Scanned(Verdict.Infected infected, long epoch) -> "infected";
      case ScanResult.Scanned(Verdict.Incomplete incomplete, long epoch) -> "incomplete";
      case ScanResult.NotScanned(Refusal code, String detail) -> label(code);
      case ScanResult.QueueFull full -> "queue_full";
    };
  }
}
