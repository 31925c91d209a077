// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A clamd that is started here, probed, and started again when it dies or hangs. One thread owns
 * its life; because clamd dies with the thread that started it, that thread ends last.
 */
final class ManagedClamd implements Clamd {
  private static final Logger log = LoggerFactory.getLogger(ManagedClamd.class);
  private static final String NAME = "clamd";
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(1);
  private static final Duration MOMENT = Duration.ofMillis(500);
  private static final int BLIND_BEFORE_RESTART = 3;
  private static final long REMEMBERED = 16;

  private final EngineSettings.Managed settings;
  private final EngineSettings.Limits limits;
  private final EngineSettings.Care care;
  private final ClamdHome home;
  private final Canary canary;
  private final SignatureUpdates updates;
  private final EngineGate gate;
  private final Epochs epochs;
  private final Probes probes;
  private final Metrics metrics;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread owner;
  private volatile @Nullable Life life;
  private long lives;
  private String cause = "exit";

  /** The numbers of the last lives that crashed or hung. */
  private final Set<Long> broken = ConcurrentHashMap.newKeySet();

  private record Life(ClamdProcess process, Run run) {}

  ManagedClamd(
      EngineSettings.Managed settings,
      EngineSettings.Limits limits,
      EngineSettings.Care care,
      ClamdHome home,
      Canary canary,
      EngineGate gate,
      Epochs epochs,
      Probes probes,
      Metrics metrics)
      throws IOException {
    this.settings = settings;
    this.limits = limits;
    this.care = care;
    this.home = home;
    this.canary = canary;
    this.gate = gate;
    this.epochs = epochs;
    this.probes = probes;
    this.metrics = metrics;
    this.updates =
        new SignatureUpdates(settings, limits, care, home, canary, epochs, probes, this, metrics);
    this.owner = Thread.ofPlatform().daemon().name("clamd-owner").unstarted(this::own);
  }

  @Override
  public void start() {
    owner.start();
    updates.start();
  }

  @Override
  public @Nullable Run run() {
    Life present = life;
    return present == null ? null : present.run();
  }

  @Override
  public boolean genuine(Run run) {
    Life present = life;
    return present != null
        && present.run().number() == run.number()
        && present.process().holdsPort();
  }

  @Override
  public Fate died(Run run, boolean hung) {
    Life present = life;
    if (present == null || present.run().number() != run.number()) {
      return broken.contains(run.number()) ? Fate.BROKEN : Fate.ENDED;
    }
    ClamdProcess process = present.process();
    boolean ended = false;
    try {
      ended = process.ended(MOMENT);
      if (!hung && !ended && probes.ping(run.scanner()) && process.holdsPort()) {
        return Fate.ALIVE;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    gate.suspend("clamd is being started again");
    if (ended || !process.alive()) {
      return process.broke() ? Fate.BROKEN : Fate.ENDED;
    }
    process.kill();
    return Fate.BROKEN;
  }

  /** Kills the present life, so that the owner starts the next one. */
  void restart(String why) {
    Life present = life;
    if (present != null) {
      log.warn("clamd is started again. cause={}", why);
      gate.suspend("clamd is being started again: " + why);
      present.process().discard();
    }
  }

  @Override
  public Signatures signatures() {
    Optional<SignatureSet> live = updates.live();
    return new Signatures(
        live.map(SignatureSet::generation).orElse(0L),
        live.map(SignatureSet::newest).orElse(null),
        probes.selfTestAt(),
        updates.problem());
  }

  CompletableFuture<SignatureChange> reload() {
    return updates.reload();
  }

  CompletableFuture<SignatureChange> rollback() {
    return updates.rollback();
  }

  /** The process id of the present life, 0 without one. */
  long pid() {
    Life present = life;
    return present == null ? 0 : present.process().pid();
  }

  @Override
  public void close() {
    closing.countDown();
    updates.close();
    Life present = life;
    if (present != null) {
      present.process().stop(care.stopGrace());
    }
    try {
      owner.join(care.stopGrace().plusSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    home.close();
  }

  private void own() {
    Duration backoff = care.backoff();
    while (!closed()) {
      long start = System.nanoTime();
      boolean worked = false;
      try {
        worked = live();
      } catch (IOException | RuntimeException e) {
        log.warn("clamd could not be started. detail={}", e.toString());
        gate.down(String.valueOf(e.getMessage()));
      } catch (InterruptedException e) {
        log.debug("clamd's owner was interrupted; it goes on until closed.");
      }
      boolean lasted = System.nanoTime() - start > LONGEST_BACKOFF.toNanos();
      backoff = worked && lasted ? care.backoff() : backoff;
      pause(backoff);
      backoff = min(backoff.multipliedBy(2), LONGEST_BACKOFF);
      if (!closed() && worked) {
        metrics.count(Metric.ENGINE_RESTARTS, cause);
      }
    }
    gate.down("the engine is closed");
  }

  /** From start to death; tells whether it answered in between. */
  private boolean live() throws IOException, InterruptedException {
    home.findBinary();
    if (updates.ensureLive().isEmpty()) {
      throw new IOException(settings.signatures() + ": no signatures");
    }
    cause = "exit";
    try (ClamdProcess process =
        ClamdProcess.start(home, limits, NAME, SignatureSets.LIVE, settings.port())) {
      try {
        ClamavClientScanner scanner = awaitAnswer(process);
        if (scanner == null) {
          if (!closed()) {
            if (process.foreignPort()) {
              // No reason to think ill of the signatures.
              throw new IOException(process.address() + ": somebody else listens there");
            }
            updates.refused();
            throw new IOException("clamd did not start: " + process.problem());
          }
          return false;
        }
        lookAfter(process, spooling(scanner));
        return true;
      } finally {
        gate.suspend("clamd is being started again");
        if (process.broke()) {
          broken.add(lives);
          broken.remove(lives - REMEMBERED);
        }
        life = null;
      }
    }
  }

  /** Larger contents go by way of files if this clamd can read them: its canary tells. */
  private ClamavClientScanner spooling(ClamavClientScanner scanner) {
    Optional<ContentSpool> spool = home.spool();
    if (spool.isEmpty()) {
      return scanner;
    }
    Canary.Reading reading = probes.canary(scanner.withAllIn(spool.get()), canary);
    if (reading instanceof Canary.Reading.Generation) {
      return scanner.with(spool.get());
    }
    log.info("clamd cannot read our files; all contents are streamed. detail={}", reading);
    return scanner;
  }

  /** Null when it ended, or took too long. */
  private @Nullable ClamavClientScanner awaitAnswer(ClamdProcess process)
      throws InterruptedException {
    return awaitAnswer(process, limits, care, probes, closing);
  }

  static @Nullable ClamavClientScanner awaitAnswer(
      ClamdProcess process,
      EngineSettings.Limits limits,
      EngineSettings.Care care,
      Probes probes,
      CountDownLatch closing)
      throws InterruptedException {
    long until = System.nanoTime() + care.startTime().toNanos();
    Duration step = Duration.ofMillis(20);
    while (closing.getCount() > 0 && System.nanoTime() - until < 0 && !process.ended(step)) {
      ClamavClientScanner scanner = scanner(process.address(), limits);
      if (process.listens() && probes.ping(scanner) && process.holdsPort()) {
        return scanner;
      }
      step = min(step.multipliedBy(2), MOMENT);
    }
    process.kill();
    return null;
  }

  private void lookAfter(ClamdProcess process, ClamavClientScanner scanner)
      throws InterruptedException {
    Run run = new Run(++lives, scanner);
    int failed = 0;
    long nextTest = System.nanoTime();
    boolean known = false;
    do {
      boolean due = System.nanoTime() - nextTest >= 0 || gate.state() != EngineGate.State.OPEN;
      if (!due && !probes.ping(scanner)) {
        hung(process, "hung");
      } else if (due) {
        SelfTest.Outcome outcome = probes.selfTest(scanner.ways(), canary);
        if (!process.holdsPort()) {
          continue;
        }
        if (outcome.problem().isEmpty() && stale(outcome, known)) {
          hung(process, "reload");
          continue;
        }
        known = known || know(run, outcome);
        String problem = outcome.problem();
        if (problem.isEmpty() && known) {
          failed = 0;
          nextTest = System.nanoTime() + care.selfTestEvery().toNanos();
          if (life == null) {
            life = new Life(process, run);
            log.info(
                "The engine is ready. pid={} generation={} epoch={} eicar={}",
                process.pid(),
                outcome.generation(),
                epochs.window().epoch(),
                SelfTest.findsEicar(scanner));
          }
          gate.open();
        } else if (process.alive()) {
          log.warn("The self-test failed. pid={} detail={}", process.pid(), problem);
          gate.blind(problem.isEmpty() ? "the engine's version is unknown" : problem);
          if (++failed >= BLIND_BEFORE_RESTART || !probes.ping(scanner)) {
            hung(process, "hung");
          }
        }
      }
    } while (!closed() && !process.ended(care.pingEvery()));
    if (!closed()) {
      log.warn("clamd is gone. pid={} cause={} detail={}", process.pid(), cause, process.problem());
    }
  }

  /** Whether it answers with other signatures than the live ones, which were switched meanwhile. */
  private boolean stale(SelfTest.Outcome outcome, boolean known) {
    long live = updates.live().map(SignatureSet::generation).orElse(0L);
    return outcome.generation() != live && !(known && updates.changing());
  }

  private void hung(ClamdProcess process, String why) {
    if (process.alive() && !closed()) {
      cause = why;
      gate.suspend("clamd does not answer");
      if (why.equals("reload")) {
        process.discard();
      } else {
        process.kill();
      }
    }
  }

  /** The first thing to know of a life is the epoch of its answers. */
  private boolean know(Run run, SelfTest.Outcome outcome) {
    if (outcome.generation() == 0) {
      return false;
    }
    try {
      epochs.settle(run.number(), probes.version(run.scanner()), outcome.generation());
      return true;
    } catch (Scanner.EngineException e) {
      log.warn("clamd did not tell its version. detail={}", e.getMessage());
      return false;
    }
  }

  static ClamavClientScanner scanner(InetSocketAddress address, EngineSettings.Limits limits) {
    return new ClamavClientScanner(address, limits.contentBytes());
  }

  private boolean closed() {
    return closing.getCount() == 0;
  }

  private void pause(Duration time) {
    try {
      var _ = closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      log.debug("clamd's owner was interrupted; it goes on until closed.");
    }
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
