// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.Decision;
import io.lazaret.agent.decision.Decision.Why;
import io.lazaret.agent.decision.LocalVerdicts;
import io.lazaret.agent.linux.Fanotify;
import io.lazaret.agent.linux.LinuxException;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the kernel skip clean files: those that only root can write until they are written, and of
 * the others those that are hot, for as long as a lease keeps writers away. Writes through a
 * mapping do not end a mark, so no other file is ever marked.
 */
final class KernelIgnore {
  private static final Logger LOG = LoggerFactory.getLogger(KernelIgnore.class);

  private final boolean enabled;
  private final Fanotify group;
  private final LeasedFiles leased;
  private final AccessDecision decision;
  private final Counters counters;

  /** Of the verdicts that marks stand for. */
  private final Set<Long> epochs = ConcurrentHashMap.newKeySet();

  KernelIgnore(
      boolean enabled,
      Fanotify group,
      LeasedFiles leased,
      AccessDecision decision,
      Counters counters) {
    this.enabled = enabled;
    this.group = group;
    this.leased = leased;
    this.decision = decision;
    this.counters = counters;
  }

  /**
   * Whether the file of an open that is answered so is to be left to the kernel; asked once for
   * each open. Never waits.
   */
  boolean wants(HeldOpen open, Decision decided) {
    return enabled
        && decided.why() == Why.CLEAN
        && (open.status().onlyRootWrites() || leased.wants(open));
  }

  /** Leaves the file of an answered open to the kernel, if it may be. */
  void take(HeldOpen open, Decision decided) {
    if (!open.tryUse()) {
      return;
    }
    try {
      if (!decision.remembersClean(open)) {
        return;
      }
      if (open.status().onlyRootWrites()) {
        mark(open);
      } else {
        leased.take(open);
      }
    } catch (IOException e) {
      LOG.warn("file could not be left to the kernel fd={}", open.fd(), e);
    } finally {
      // Behind the mark: a flush between the two would take the epoch away and leave the mark.
      decided.known().map(LocalVerdicts.Known::epoch).ifPresent(epochs::add);
      open.leave();
    }
  }

  private void mark(HeldOpen open) throws IOException {
    if (!open.settled()) {
      return;
    }
    group.ignoreUntilWritten(open.fd());
    counters.count(Metric.IGNORE_MARKS_SET);
    // A write from now on ends the mark; one between the verdict and the mark shows here, and so
    // does a revocation.
    if (!isStillTrue(open)) {
      takeBack(open);
    }
  }

  /** Whether the file is still what was found clean; one that cannot be looked at is not. */
  private boolean isStillTrue(HeldOpen open) {
    try {
      return open.currentIdentity().equals(open.identity())
          && open.settled()
          && decision.remembersClean(open);
    } catch (IOException | RuntimeException e) {
      LOG.warn("marked file cannot be looked at again fd={}", open.fd(), e);
      return false;
    }
  }

  /**
   * A file that was written: writes through a mapping did not end its mark, nor does a new owner or
   * mode. By the reading thread; never waits.
   */
  void written(int fd) {
    if (!enabled) {
      return;
    }
    try {
      group.ignoreNoLonger(fd);
    } catch (LinuxException e) {
      LOG.warn("mark of a written file could not be taken back, all are fd={}", fd, e);
      flush();
    }
  }

  private void takeBack(HeldOpen open) {
    try {
      group.ignoreNoLonger(open.fd());
      counters.count(Metric.IGNORE_MARKS_TAKEN_BACK);
    } catch (LinuxException e) {
      LOG.warn("mark could not be taken back, all are fd={}", open.fd(), e);
      flush();
    }
  }

  /** Takes all marks back when one of them stands for a verdict that counts no more. */
  void flushOutdated() {
    if (epochs.stream().anyMatch(epoch -> !decision.counts(epoch))) {
      flush();
    }
  }

  /** Takes all marks back. */
  void flush() {
    Set<Long> before = Set.copyOf(epochs);
    epochs.clear();
    try {
      group.flushIgnores();
      leased.giveUpAll();
      counters.count(Metric.IGNORE_MARKS_FLUSHED);
    } catch (LinuxException e) {
      epochs.addAll(before);
      LOG.error("kernel ignore marks could not be removed", e);
    }
  }
}
