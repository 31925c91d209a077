// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.linux.MappedFiles;
import io.lazaret.agent.linux.NativeHeap;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives memory back that the start and bursts of opens leave behind, on a virtual thread. While
 * nothing happens it does nothing, and it stops the world only when the guest is quiet.
 */
final class SpareMemory {
  private static final Duration LOOK = Duration.ofSeconds(5);

  /** Fewer opens than this between two looks: nobody is kept waiting by a collection. */
  private static final long QUIET = 50;

  /** So many opens leave enough behind. */
  private static final long MANY = 1000;

  private static final Logger LOG = LoggerFactory.getLogger(SpareMemory.class);

  private final Counters counters;
  private long lastSeen;
  private long collectedAt = -MANY;

  SpareMemory(Counters counters) {
    this.counters = counters;
  }

  void start() {
    Thread.ofVirtual().name("spare-memory").start(this::run);
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(LOOK);
        look();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    long seen = counters.get(Metric.OPENS_SEEN);
    boolean quiet = seen - lastSeen < QUIET;
    boolean changed = seen != lastSeen;
    lastSeen = seen;
    if (quiet && seen - collectedAt >= MANY) {
      collectedAt = seen;
      System.gc();
      NativeHeap.giveBack();
      giveBackMappedFiles();
    } else if (changed) {
      NativeHeap.giveBack();
    }
  }

  private static void giveBackMappedFiles() {
    try {
      MappedFiles.giveBack();
    } catch (IOException | RuntimeException e) {
      LOG.debug("mapped files keep their pages detail={}", String.valueOf(e));
    }
  }
}
