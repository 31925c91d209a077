// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a scan back: so many bytes and files in a second, and nothing while the machine has more
 * urgent things to do. A pause is never longer than ten minutes, then a minute of work follows: a
 * machine that is always busy is scanned, too. Used by one thread.
 */
final class Pace {
  private static final Logger LOG = LoggerFactory.getLogger(Pace.class);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE = TimeUnit.MINUTES.toNanos(10);
  private static final long WORK_AFTER_IT = TimeUnit.MINUTES.toNanos(1);

  private final Supplier<ScanSettings> settings;
  private final Pressure pressure;
  private long freeNanos = System.nanoTime();
  private long lookedNanos = freeNanos - SECOND;
  private long workUntilNanos = freeNanos;
  private volatile String pausedFor = "";
  private volatile boolean ended;

  Pace(Supplier<ScanSettings> settings, Path pressureFolder) {
    this.settings = settings;
    this.pressure = new Pressure(pressureFolder);
    if (!pressure.isKnown()) {
      LOG.info("scans do not pause under load: this kernel tells no pressure");
    }
  }

  /** Waits until one more file of this size may be read. */
  void await(long bytes) throws InterruptedException {
    ScanSettings limits = settings.get();
    awaitCalm(limits);
    long now = System.nanoTime();
    freeNanos = Math.max(freeNanos, now - SECOND / 10);
    long cost = 0;
    if (limits.bytesPerSecond() > 0) {
      cost = (long) ((double) bytes / limits.bytesPerSecond() * SECOND);
    }
    if (limits.filesPerSecond() > 0) {
      cost = Math.max(cost, SECOND / limits.filesPerSecond());
    }
    if (freeNanos > now) {
      TimeUnit.NANOSECONDS.sleep(freeNanos - now);
    }
    freeNanos += cost;
  }

  private void awaitCalm(ScanSettings limits) throws InterruptedException {
    long begun = System.nanoTime();
    if (begun - lookedNanos < SECOND || begun - workUntilNanos < 0) {
      return;
    }
    Optional<String> above = pressure.above(limits);
    while (above.isPresent() && !ended) {
      pausedFor = above.get();
      if (System.nanoTime() - begun > LONGEST_PAUSE) {
        workUntilNanos = System.nanoTime() + WORK_AFTER_IT;
        break;
      }
      TimeUnit.NANOSECONDS.sleep(SECOND);
      above = pressure.above(settings.get());
    }
    pausedFor = "";
    lookedNanos = System.nanoTime();
  }

  /** Holds nobody back any more. */
  void end() {
    ended = true;
  }

  /** What it waits for; empty when it does not pause. */
  String pausedFor() {
    return pausedFor;
  }
}
