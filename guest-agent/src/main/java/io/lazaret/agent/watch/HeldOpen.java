// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.Decision;
import io.lazaret.agent.decision.Decision.Why;
import io.lazaret.agent.decision.HeldAccess;
import io.lazaret.agent.linux.Errno;
import io.lazaret.agent.linux.FileStatus;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.Lane;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One open that the kernel holds until it is answered: exactly once, at the latest by close. */
final class HeldOpen extends EventFile implements HeldAccess {
  private static final Logger LOG = LoggerFactory.getLogger(HeldOpen.class);

  private final long deadlineNanos;
  private final long workDeadlineNanos;
  private final Responder responder;
  private final AccessDecision decision;
  private final Counters counters;
  private final AtomicReference<@Nullable Decision> answer = new AtomicReference<>();
  private volatile @Nullable Thread worker;

  /**
   * Takes over the event's descriptor.
   *
   * @param deadlineNanos by when it is answered
   * @param workDeadlineNanos until when finding out may go on after that
   */
  HeldOpen(
      int fd,
      int pid,
      Lane lane,
      FileStatus status,
      DescriptorBudget budget,
      long deadlineNanos,
      long workDeadlineNanos,
      Responder responder,
      AccessDecision decision,
      Counters counters) {
    super(fd, pid, lane, status, budget);
    this.deadlineNanos = deadlineNanos;
    this.workDeadlineNanos = workDeadlineNanos;
    this.responder = responder;
    this.decision = decision;
    this.counters = counters;
  }

  /** Takes over an event's descriptor; its deadlines are those of the desk's settings. */
  static HeldOpen of(Event event, FileStatus status, Desk at) {
    long deadline = event.arrivedNanos() + at.deadline(event.lane()).toNanos();
    return new HeldOpen(
        event.fd(),
        event.pid(),
        event.lane(),
        status,
        at.budget(),
        deadline,
        deadline + at.decision().settings().writtenDeadline().toNanos(),
        at.responder(),
        at.decision(),
        at.counters());
  }

  @Override
  public long deadlineNanos() {
    return deadlineNanos;
  }

  @Override
  public long workDeadlineNanos() {
    return workDeadlineNanos;
  }

  @Override
  public boolean settle(Decision decided) {
    if (!tryUse()) {
      return false;
    }
    try {
      if (!answer.compareAndSet(null, decided)) {
        return false;
      }
      try {
        respond(responder, fd(), decided.allow(), counters);
      } catch (RuntimeException | Error e) {
        // Whoever comes next, at the latest close, tries again.
        answer.set(null);
        throw e;
      }
      try {
        decision.answered(this, decided);
      } catch (RuntimeException | Error e) {
        counters.count(Metric.OUTCOMES_LOST);
        LOG.error("outcome of an open could not be reported fd={}", fd(), e);
      }
      return true;
    } finally {
      leave();
    }
  }

  @Override
  public boolean looksAtOnce() {
    return status().onBlockDevice();
  }

  /** Answers by the failure policy, unless it was answered before; false then. */
  boolean settleWithoutVerdict(Why why) {
    return answer.get() == null && settle(decision.withoutVerdict(this, why));
  }

  /** Whether it was answered with this decision. */
  boolean isSettledBy(Decision decided) {
    return decided.equals(answer.get());
  }

  boolean isSettled() {
    return answer.get() != null;
  }

  /** What it was answered with, if it was. */
  Optional<Decision> answer() {
    return Optional.ofNullable(answer.get());
  }

  /** Names the thread that finds out, so that it can be told to stop. */
  void worker(Thread thread) {
    worker = thread;
  }

  /** Tells the thread that finds out that nobody needs to know any more. */
  void abandon() {
    Thread thread = worker;
    if (thread != null) {
      thread.interrupt();
    }
  }

  /**
   * Answers the kernel, and tries the opposite answer when it refuses: a refused answer leaves the
   * open held for ever.
   */
  static void respond(Responder responder, int fd, boolean allow, Counters counters) {
    int error = responder.respond(fd, allow);
    if (error == 0) {
      return;
    }
    counters.count(Metric.RESPONSES_REFUSED);
    if (error == Errno.ENOENT) {
      LOG.warn("held open was gone before its answer fd={} allow={}", fd, allow);
      return;
    }
    int opposite = responder.respond(fd, !allow);
    if (opposite == 0) {
      LOG.error(
          "answer was refused, the opposite was taken fd={} allow={} error={}",
          fd,
          allow,
          Errno.name(error));
      return;
    }
    counters.count(Metric.RESPONSES_LOST);
    LOG.error(
        "answers were refused, the open may stay held fd={} error={} opposite={}",
        fd,
        Errno.name(error),
        Errno.name(opposite));
  }

  @Override
  public void close() {
    try {
      settleWithoutVerdict(Why.STOPPING);
    } finally {
      super.close();
    }
  }
}
