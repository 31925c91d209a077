// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.Decision;
import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.Fanotify;
import io.lazaret.agent.linux.FileStatus;
import io.lazaret.agent.linux.LinuxException;
import io.lazaret.agent.metrics.Metric;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of one event: answered at once by the reading thread, or given a virtual thread of
 * its own that finds out.
 */
final class EventHandler {
  private static final Logger LOG = LoggerFactory.getLogger(EventHandler.class);
  private static final int OWN_PID = (int) ProcessHandle.current().pid();

  private final Fanotify group;
  private final HeldOpens held;
  private final WrittenFiles written;
  private final KernelIgnore ignore;
  private final Seldom failedLog = new Seldom();

  EventHandler(Fanotify group, HeldOpens held, WrittenFiles written, KernelIgnore ignore) {
    this.group = group;
    this.held = held;
    this.written = written;
    this.ignore = ignore;
  }

  /** Called by the reading thread only; never waits. */
  void handle(Event event, Desk at) {
    if (event.fd() < 0) {
      if (event.overflow()) {
        at.counters().count(Metric.QUEUE_OVERFLOWS);
        LOG.error("the kernel dropped events: opens were allowed unseen");
      }
      at.budget().giveBack(1);
    } else if (event.pid() == OWN_PID) {
      if (event.holds()) {
        HeldOpen.respond(at.responder(), event.fd(), true, at.counters());
      }
      at.counters().count(Metric.OPENS_OWN);
      at.close(event.fd());
    } else {
      at.counters().count(Metric.OPENS_SEEN);
      handleForeign(event, at);
    }
  }

  private void handleForeign(Event event, Desk at) {
    FileStatus status;
    try {
      status = Descriptors.knownStatus(event.fd());
    } catch (LinuxException e) {
      if (failedLog.now()) {
        LOG.error("file of an event cannot be looked at: {}", e.getMessage());
      }
      if (event.holds()) {
        at.answerUnseen(event);
      }
      at.close(event.fd());
      return;
    }
    if (event.holds()) {
      handleHeld(event, status, at);
      return;
    }
    ignore.written(event.fd());
    if (status.regular() && status.size() > 0 && status.links() > 0) {
      written.take(event, status, at);
    } else {
      at.close(event.fd());
    }
  }

  private void handleHeld(Event event, FileStatus status, Desk at) {
    if (!status.regular()) {
      allowSpecial(event, at);
    } else if (status.size() == 0) {
      at.allow(event.fd());
      at.close(event.fd());
    } else {
      decideOrHold(HeldOpen.of(event, status, at), at.decision());
    }
  }

  private void decideOrHold(HeldOpen open, AccessDecision deciding) {
    Optional<Decision> atOnce;
    try {
      atOnce = deciding.atOnce(open);
    } catch (RuntimeException e) {
      // The worker has more time to find out, and answers if it cannot.
      if (failedLog.now()) {
        LOG.error("decision failed at once", e);
      }
      atOnce = Optional.empty();
    }
    if (atOnce.isPresent()) {
      Decision decided = atOnce.get();
      open.settle(decided);
      if (ignore.wants(open, decided)) {
        // It was learned when it was written, or its mark was taken back.
        Thread.ofVirtual().name("mark").start(() -> mark(open, decided));
      } else {
        open.close();
      }
    } else {
      HeldOpens.Entry entry = held.add(open);
      Thread worker = Thread.ofVirtual().name("open").unstarted(() -> decide(entry, deciding));
      open.worker(worker);
      worker.start();
    }
  }

  private void mark(HeldOpen open, Decision decided) {
    try (open) {
      ignore.take(open, decided);
    }
  }

  /**
   * A pipe or a device. The event's descriptor is a reader of a pipe for a moment, which its
   * writers see: it goes before the answer, which names it by number only, and never comes again.
   */
  private void allowSpecial(Event event, Desk at) {
    try {
      group.ignoreForGood(event.fd());
    } catch (LinuxException e) {
      if (failedLog.now()) {
        LOG.warn("special file could not be left to the kernel: {}", e.getMessage());
      }
    }
    at.close(event.fd());
    at.allow(event.fd());
  }

  /** One held open, on its own virtual thread. */
  private void decide(HeldOpens.Entry entry, AccessDecision deciding) {
    try (HeldOpen open = entry.open()) {
      Decision decided = deciding.decide(open);
      if (open.settle(decided) || open.isSettledBy(decided)) {
        if (ignore.wants(open, decided)) {
          ignore.take(open, decided);
        }
      } else {
        open.answer().ifPresent(earlier -> deciding.learned(open, earlier, decided));
      }
    } catch (InterruptedException e) {
      LOG.debug("work for an open was given up fd={}", entry.open().fd());
    } catch (RuntimeException e) {
      LOG.error("decision failed", e);
    } finally {
      held.remove(entry);
    }
  }
}
