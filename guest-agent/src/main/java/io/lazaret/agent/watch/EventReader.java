// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.Decision.Why;
import io.lazaret.agent.linux.Errno;
import io.lazaret.agent.linux.Fanotify;
import io.lazaret.agent.linux.LeaseBreaks;
import io.lazaret.agent.linux.LinuxException;
import io.lazaret.agent.linux.MountChanges;
import io.lazaret.agent.linux.WakeUp;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.Lane;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the kernel's events, one batch a turn, and has each handled; for the reading thread only,
 * which opens no file and waits for nobody but the kernel.
 */
final class EventReader {
  private static final Logger LOG = LoggerFactory.getLogger(EventReader.class);

  private static final int IDLE_MILLIS = 2000;
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
  private static final int ROOM_MILLIS = 5;
  private static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** What is done between two batches; nothing of it may wait. */
  interface Chores {
    /** Filesystems came or went. */
    void mountsChanged();

    /** Somebody wants to write to a leased file. */
    void leaseWanted() throws IOException;

    /** Every two seconds or so. */
    void tidy() throws IOException;
  }

  private final Fanotify group;
  private final WakeUp wakeUp;
  private final MountChanges mounts;
  private final LeaseBreaks leases;
  private final Desk desk;
  private final EventHandler handler;
  private final HeldOpens held;
  private final ArrivalClock arrivals = new ArrivalClock();
  private final Seldom unreadableLog = new Seldom();
  private volatile long lastTurnNanos = System.nanoTime();
  private long lastSampleNanos;
  private long lastTidyNanos;

  EventReader(
      Fanotify group,
      WakeUp wakeUp,
      MountChanges mounts,
      LeaseBreaks leases,
      Desk desk,
      EventHandler handler,
      HeldOpens held) {
    this.group = group;
    this.wakeUp = wakeUp;
    this.mounts = mounts;
    this.leases = leases;
    this.desk = desk;
    this.handler = handler;
    this.held = held;
  }

  /** When it last took a turn. */
  long lastTurnNanos() {
    return lastTurnNanos;
  }

  /**
   * Takes one turn: reads and handles one batch, and waits for the next when nothing more is there.
   *
   * @param chores what else this thread is told to do
   */
  void turn(Chores chores) throws IOException, InterruptedException {
    lastTurnNanos = System.nanoTime();
    if (lastTurnNanos - lastTidyNanos > IDLE_NANOS) {
      lastTidyNanos = lastTurnNanos;
      chores.tidy();
    }
    if (!readBatch()) {
      if (leases.lookForWord()) {
        chores.leaseWanted();
      }
      return;
    }
    if (group.await(wakeUp, mounts, leases, IDLE_MILLIS)) {
      chores.mountsChanged();
    }
    if (leases.takeWord()) {
      chores.leaseWanted();
    }
    // What is there now came while the last batch was handled, or has just come.
    arrivals.counted(System.nanoTime(), 0);
  }

  /** Reads and handles one batch; true when nothing more waited. */
  private boolean readBatch() throws IOException, InterruptedException {
    DescriptorBudget budget = desk.budget();
    int affordable = budget.takeUpTo(Fanotify.BATCH);
    if (affordable == 0) {
      makeRoom();
      return false;
    }
    int events = 0;
    try {
      events = group.read(affordable);
    } catch (LinuxException e) {
      if (e.errno() == Errno.EBADF || e.errno() == Errno.EINVAL || e.errno() == Errno.EFAULT) {
        throw e;
      }
      // One event is gone: a socket was opened (ENXIO), or descriptors have run out.
      counters().count(Metric.EVENTS_UNREADABLE);
      if (unreadableLog.now()) {
        LOG.warn("file of an event cannot be opened, the kernel denied it: {}", e.getMessage());
      }
    } finally {
      budget.giveBack(affordable - events);
    }
    sample();
    for (int i = 0; i < events; i++) {
      if (!group.wellFormed(i)) {
        counters().count(Metric.EVENTS_MALFORMED);
        throw new IOException("fanotify event of another version than 3");
      }
      handler.handle(new Event(group.mask(i), group.file(i), group.pid(i), arrivals.next()), desk);
    }
    return events < affordable;
  }

  private Counters counters() {
    return desk.counters();
  }

  private void sample() throws LinuxException {
    long now = System.nanoTime();
    if (now - lastSampleNanos >= SAMPLE_NANOS) {
      lastSampleNanos = now;
      arrivals.counted(now, group.waitingEvents());
    }
  }

  /** All descriptors are taken: gives up what matters least, so that nobody waits too long. */
  private void makeRoom() throws LinuxException, InterruptedException {
    sample();
    if (!held.abandonOldestWork()) {
      long waited = System.nanoTime() - arrivals.head();
      if (group.waitingEvents() > 0 && waited > desk.deadline(Lane.OPEN).toNanos() / 2) {
        held.settleOldest(Why.OVERLOAD);
      }
    }
    desk.budget().await(ROOM_MILLIS);
  }

  /** Allows what still waits to be read, when nothing is guarded any more. */
  void allowQueued() throws LinuxException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    while (System.nanoTime() < until) {
      int affordable = desk.budget().takeUpTo(Fanotify.BATCH);
      int events = group.read(Math.max(1, affordable));
      desk.budget().giveBack(Math.max(0, affordable - events));
      if (events == 0) {
        return;
      }
      for (int i = 0; i < events; i++) {
        if (group.file(i) >= 0) {
          if (Event.holds(group.mask(i))) {
            desk.answerUnseen(group.file(i), true);
          }
          desk.close(group.file(i));
        }
      }
    }
  }
}
