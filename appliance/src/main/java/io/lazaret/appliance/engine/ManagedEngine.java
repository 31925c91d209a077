// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue, its workers, and the clamd they feed.
 *
 * <p>Results are completed on the worker's thread: what depends on them must not block.
 */
public final class ManagedEngine implements Engine {
  private static final Logger log = LoggerFactory.getLogger(ManagedEngine.class);

  /** clamd never looks at 5 bytes or fewer, and they do no harm. */
  private static final long TINY = 5;

  private static final Duration TICK = Duration.ofMillis(50);

  private final EngineSettings settings;
  private final ScanQueue queue;
  private final EngineGate gate;
  private final Epochs epochs;
  private final Clamd clamd;
  private final Watchdog watchdog;
  private final ScanWorkers workers;
  private final Metrics metrics;
  private final AtomicLong numbers = new AtomicLong();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  ManagedEngine(
      EngineSettings settings,
      ScanQueue queue,
      EngineGate gate,
      Epochs epochs,
      Clamd clamd,
      Watchdog watchdog,
      ScanWorkers workers,
      Metrics metrics) {
    this.settings = settings;
    this.queue = queue;
    this.gate = gate;
    this.epochs = epochs;
    this.clamd = clamd;
    this.watchdog = watchdog;
    this.workers = workers;
    this.metrics = metrics;
    for (Lane lane : Lane.values()) {
      metrics.gauge(Metric.QUEUE_DEPTH, () -> queue.size(lane), ScanWorkers.label(lane));
    }
    metrics.gauge(Metric.QUEUE_LIMIT, () -> settings.queue().total());
    metrics.gauge(Metric.SCANS_LIMIT, () -> settings.limits().threads());
    metrics.gauge(Metric.ENGINE_READY, () -> ready() ? 1 : 0);
    metrics.gauge(Metric.ENGINE_EPOCH, () -> epochs.window().epoch());
    metrics.gauge(Metric.SIGNATURE_GENERATION, () -> clamd.signatures().generation());
    metrics.gauge(Metric.SIGNATURE_AGE, this::signatureAge);
  }

  void start() {
    for (int i = 0; i < settings.limits().threads(); i++) {
      threads.add(Thread.ofPlatform().name("scan-" + i).start(workers::runUntilClosed));
    }
    Thread.ofPlatform().daemon().name("engine-clock").start(this::tickUntilStopped);
    clamd.start();
  }

  @Override
  public CompletableFuture<ScanResult> scan(ScanRequest request) {
    ScanJob job = new ScanJob(request, numbers.incrementAndGet());
    if (closing.getCount() == 0) {
      workers.finish(job, new ScanResult.NotScanned(Refusal.SHUTTING_DOWN, "the engine is closed"));
    } else if (request.content().length() <= TINY) {
      workers.finish(job, new ScanResult.Scanned(Verdict.CLEAN, epochs.window().epoch()));
    } else if (request.content().length() > settings.limits().contentBytes()) {
      workers.finish(
          job,
          new ScanResult.Scanned(
              new Verdict.Incomplete(Verdict.Reason.SIZE_LIMIT), epochs.window().epoch()));
    } else if (gate.state() == EngineGate.State.DOWN) {
      workers.finish(job, unavailable());
    } else if (!queue.offer(job)) {
      metrics.count(Metric.QUEUE_REJECTED, ScanWorkers.label(request.lane()));
      workers.finish(job, new ScanResult.QueueFull(retryAfterMillis()));
    } else if (gate.state() == EngineGate.State.DOWN) {
      // It went down between the question and the queue.
      failWaiting();
    }
    return job.result();
  }

  @Override
  public void join(ScanRequest scan, Lane lane, int tenant, long guest) {
    queue.join(scan, lane, tenant, guest);
  }

  @Override
  public EngineStatus status() {
    Epochs.Window window = epochs.window();
    Clamd.Signatures signatures = clamd.signatures();
    String problem = gate.view().problem();
    return new EngineStatus(
        ready(),
        window.epoch(),
        window.version(),
        window.generation(),
        signatures.newest(),
        signatures.selfTestAt(),
        problem.isEmpty() ? signatures.problem() : problem);
  }

  /** Looks at the signature directory now; ends when new signatures are in use, or kept out. */
  public CompletableFuture<SignatureChange> reload() {
    return clamd instanceof ManagedClamd managed ? managed.reload() : notOurs();
  }

  /** Goes back to the signatures before the present ones. */
  public CompletableFuture<SignatureChange> rollback() {
    return clamd instanceof ManagedClamd managed ? managed.rollback() : notOurs();
  }

  /** The process id of a managed clamd, 0 when there is none now. */
  public long enginePid() {
    return clamd instanceof ManagedClamd managed ? managed.pid() : 0;
  }

  @Override
  public void close() {
    if (closing.getCount() == 0) {
      return;
    }
    closing.countDown();
    queue.close();
    // What is running is freed by clamd's end; what waits is told so.
    for (ScanJob job : queue.drain()) {
      workers.finish(job, new ScanResult.NotScanned(Refusal.SHUTTING_DOWN, "the engine is closed"));
    }
    clamd.close();
    for (Thread thread : threads) {
      try {
        thread.join(settings.care().stopGrace().plus(settings.care().pingTime()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    workers.closeRunning();
    stopped.countDown();
  }

  private boolean ready() {
    return gate.state() == EngineGate.State.OPEN;
  }

  private double signatureAge() {
    Instant newest = clamd.signatures().newest();
    return newest == null ? 0 : Duration.between(newest, Instant.now()).toSeconds();
  }

  /** Ends what waits, when the engine is down. */
  void failWaiting() {
    for (ScanJob job : queue.drain()) {
      workers.finish(job, unavailable());
    }
  }

  private void tickUntilStopped() {
    try {
      do {
        tick();
      } while (!stopped.await(TICK.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      log.error("The engine's clock was interrupted: nothing is freed any more.");
    }
  }

  /** Frees what is over its time. */
  private void tick() {
    try {
      watchdog.check();
      workers.expireRunning();
      boolean held = gate.state() == EngineGate.State.WAITING;
      for (ScanJob job : queue.expired()) {
        workers.finish(job, held ? unavailable() : ScanWorkers.deadlinePassed());
      }
    } catch (RuntimeException e) {
      log.error("A tick of the engine's clock failed.", e);
    }
  }

  private ScanResult unavailable() {
    return new ScanResult.NotScanned(Refusal.ENGINE_UNAVAILABLE, gate.view().problem());
  }

  /** As long as it takes to work off half of the queue, from what a scan took of late. */
  private int retryAfterMillis() {
    long perScan = Math.max(1, workers.recentScanMillis());
    long millis = perScan * queue.size() / settings.limits().threads() / 2;
    return Math.clamp(millis, 100, 60_000);
  }

  private static CompletableFuture<SignatureChange> notOurs() {
    return CompletableFuture.completedFuture(
        new SignatureChange.Rejected("the engine is external: its signatures are not ours"));
  }
}
