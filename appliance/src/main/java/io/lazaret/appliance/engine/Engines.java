// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import java.io.IOException;

/** Makes engines. */
public final class Engines {
  private Engines() {}

  /**
   * Starts an engine; returns before clamd has loaded its signatures, and also when clamd is not
   * installed or has none: that is in the status, and looked at again and again.
   *
   * @throws IOException when the private directory cannot be made
   */
  public static ManagedEngine start(EngineSettings settings, EpochBook book, Metrics metrics)
      throws IOException {
    ScanQueue queue = new ScanQueue(settings.queue(), System::nanoTime);
    WhenDown whenDown = new WhenDown();
    EngineGate gate = new EngineGate(queue, whenDown);
    Epochs epochs = new Epochs(book, settings.limits().fingerprint());
    Watchdog watchdog = new Watchdog(System::nanoTime);
    Probes probes = new Probes(watchdog, settings.care().pingTime(), metrics);
    Clamd clamd;
    StampedScanner scanner;
    switch (settings.daemon()) {
      case EngineSettings.Managed managed -> {
        ClamdHome home = ClamdHome.prepare(managed);
        metrics.gauge(Metric.SPOOL_BYTES, () -> home.spool().map(ContentSpool::bytes).orElse(0L));
        metrics.gauge(
            Metric.SPOOL_BYTES_LIMIT,
            () -> settings.limits().threads() * settings.limits().contentBytes());
        Canary canary = Canary.at(home.directory().resolve("canary"));
        clamd =
            new ManagedClamd(
                managed,
                settings.limits(),
                settings.care(),
                home,
                canary,
                gate,
                epochs,
                probes,
                metrics);
        scanner = new StampedScanner(epochs, canary);
      }
      case EngineSettings.External external -> {
        clamd =
            new ExternalClamd(external, settings.limits(), settings.care(), gate, epochs, probes);
        scanner = new StampedScanner(epochs, null);
      }
    }
    ScanWorkers workers =
        new ScanWorkers(
            queue, gate, clamd, scanner, epochs, watchdog, settings, System::nanoTime, metrics);
    ManagedEngine engine =
        new ManagedEngine(settings, queue, gate, epochs, clamd, watchdog, workers, metrics);
    whenDown.engine = engine;
    engine.start();
    return engine;
  }

  /** Ties the knot between the gate and the engine that it ends the waiting scans of. */
  private static final class WhenDown implements Runnable {
    private volatile @org.jspecify.annotations.Nullable ManagedEngine engine;

    @Override
    public void run() {
      ManagedEngine present = engine;
      if (present != null) {
        present.failWaiting();
      }
    }
  }
}
