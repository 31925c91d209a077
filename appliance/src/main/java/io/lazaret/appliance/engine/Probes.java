// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The questions that show whether an engine is alive and sees; each ends within its time. */
final class Probes {
  private final Watchdog watchdog;
  private final Duration longest;
  private final Metrics metrics;
  private volatile @Nullable Instant selfTestAt;

  Probes(Watchdog watchdog, Duration longest, Metrics metrics) {
    this.watchdog = watchdog;
    this.longest = longest;
    this.metrics = metrics;
    metrics.gauge(
        Metric.SELF_TEST_AT,
        () -> {
          Instant at = selfTestAt;
          return at == null ? 0 : at.getEpochSecond();
        });
  }

  @Nullable Instant selfTestAt() {
    return selfTestAt;
  }

  boolean ping(Scanner scanner) {
    Watchdog.Watch watch = watchdog.begin(longest.toNanos());
    try {
      scanner.ping();
      return true;
    } catch (Scanner.EngineException e) {
      return false;
    } finally {
      watch.end();
    }
  }

  String version(Scanner scanner) throws Scanner.EngineException {
    Watchdog.Watch watch = watchdog.begin(longest.toNanos());
    try {
      return scanner.version().strip();
    } finally {
      watch.end();
    }
  }

  Canary.Reading canary(Scanner scanner, Canary canary) {
    Watchdog.Watch watch = watchdog.begin(longest.toNanos());
    try {
      return canary.read(scanner);
    } finally {
      watch.end();
    }
  }

  /**
   * The self-test of the engine that answers guests: it shows in the figures.
   *
   * @param ways all by which contents get there; the first that fails counts
   */
  SelfTest.Outcome selfTest(List<Scanner> ways, @Nullable Canary canary) {
    long start = System.nanoTime();
    SelfTest.Outcome outcome = trial(ways.getFirst(), canary);
    for (Scanner way : ways.subList(1, ways.size())) {
      outcome = outcome.problem().isEmpty() ? trial(way, canary) : outcome;
    }
    selfTestAt = Instant.now();
    metrics.record(Metric.SELF_TEST_TIME, System.nanoTime() - start);
    metrics.count(Metric.SELF_TESTS, outcome.problem().isEmpty() ? "passed" : "failed");
    return outcome;
  }

  /** The same of an engine that only tries signatures out. */
  SelfTest.Outcome trial(Scanner scanner, @Nullable Canary canary) {
    Watchdog.Watch watch = watchdog.begin(longest.toNanos());
    try {
      return SelfTest.run(scanner, canary);
    } finally {
      watch.end();
    }
  }
}
