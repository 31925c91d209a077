// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A clamd that somebody else runs and updates: probed, never started or stopped. Its state is known
 * by its VERSION line only, so a change of another database than {@code daily} goes unseen.
 */
final class ExternalClamd implements Clamd {
  private static final Logger log = LoggerFactory.getLogger(ExternalClamd.class);

  private final EngineSettings.External settings;
  private final EngineSettings.Limits limits;
  private final EngineSettings.Care care;
  private final EngineGate gate;
  private final Epochs epochs;
  private final Probes probes;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread owner;
  private volatile @Nullable Run run;
  private long runs;
  private String version = "";

  ExternalClamd(
      EngineSettings.External settings,
      EngineSettings.Limits limits,
      EngineSettings.Care care,
      EngineGate gate,
      Epochs epochs,
      Probes probes) {
    this.settings = settings;
    this.limits = limits;
    this.care = care;
    this.gate = gate;
    this.epochs = epochs;
    this.probes = probes;
    this.owner = Thread.ofPlatform().daemon().name("clamd-probe").unstarted(this::own);
  }

  @Override
  public void start() {
    owner.start();
  }

  @Override
  public @Nullable Run run() {
    return run;
  }

  @Override
  public boolean genuine(Run scanned) {
    Run present = run;
    return present != null && present.number() == scanned.number();
  }

  @Override
  public Fate died(Run lost, boolean hung) {
    Run present = run;
    boolean same = present != null && present.number() == lost.number();
    if (!(same && hung) && probes.ping(lost.scanner())) {
      return Fate.ALIVE;
    }
    if (same) {
      gate.suspend("clamd does not answer");
    }
    return Fate.BROKEN;
  }

  @Override
  public Signatures signatures() {
    return new Signatures(0, null, probes.selfTestAt(), "");
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      owner.join(care.stopGrace().plusSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void own() {
    long nextTest = System.nanoTime();
    try {
      do {
        if (System.nanoTime() - nextTest >= 0 || gate.state() != EngineGate.State.OPEN) {
          probe();
          nextTest = System.nanoTime() + care.selfTestEvery().toNanos();
        } else {
          look();
        }
      } while (!closing.await(care.pingEvery().toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      log.debug("The probe was interrupted.");
    }
    gate.down("the engine is closed");
  }

  /** The cheap look between two self-tests. */
  private void look() {
    Run present = run;
    try {
      if (present != null && !probes.version(present.scanner()).equals(version)) {
        probe();
      }
    } catch (Scanner.EngineException e) {
      gate.suspend("clamd does not answer: " + e.getMessage());
    }
  }

  private void probe() {
    // A new client every time: it remembers the commands of the clamd that it saw first.
    Scanner scanner =
        ManagedClamd.scanner(new InetSocketAddress(settings.host(), settings.port()), limits);
    try {
      String found = probes.version(scanner);
      if (run == null || !found.equals(version)) {
        epochs.know(0, found);
        Run next = new Run(++runs, scanner);
        epochs.settle(next.number(), found, 0);
        run = next;
        version = found;
      }
      SelfTest.Outcome outcome = probes.selfTest(List.of(scanner), null);
      if (outcome.problem().isEmpty()) {
        gate.open();
      } else {
        log.warn("The self-test failed. detail={}", outcome.problem());
        gate.blind(outcome.problem());
      }
    } catch (Scanner.EngineException e) {
      run = null;
      gate.down("clamd at " + settings.host() + ":" + settings.port() + ": " + e.getMessage());
    }
  }
}
