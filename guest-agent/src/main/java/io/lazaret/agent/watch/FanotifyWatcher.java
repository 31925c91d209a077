// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.linux.DeadMansSwitch;
import io.lazaret.agent.linux.Fanotify;
import io.lazaret.agent.linux.LeaseBreaks;
import io.lazaret.agent.linux.LinuxException;
import io.lazaret.agent.linux.MountChanges;
import io.lazaret.agent.linux.OpenFiles;
import io.lazaret.agent.linux.WakeUp;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the opens of the guarded filesystems until they are decided: one thread reads the kernel's
 * events, one keeps the deadlines, one watches these two.
 */
public final class FanotifyWatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FanotifyWatcher.class);

  /** Descriptors of the rest of the process: jars, sockets, logs, and 8 scans of 32 files each. */
  private static final int RESERVED_DESCRIPTORS = 64 + 8 * 32;

  private static final long STOP_SECONDS = 5;

  /** Longer than the watchdog's own, which says why in its exit code. */
  private static final Duration KILL_AFTER = Duration.ofSeconds(15);

  private final AccessDecision decision;
  private final Fanotify group;
  private final WakeUp wakeUp;
  private final MountChanges mounts;
  private final LeaseBreaks leaseBreaks;
  private final DeadMansSwitch killSwitch;
  private final HeldOpens held;
  private final WrittenFiles written;
  private final LeasedFiles leased;
  private final KernelIgnore ignore;
  private final EventHandler handler;
  private final EventReader reader;
  private final GuardedFilesystems filesystems;
  private final Pulse pulse;
  private final CountDownLatch rehearsed = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable Throwable failure;
  private volatile boolean stopping;
  private volatile Runnable afterEnd = () -> {};

  private FanotifyWatcher(
      WatchSettings settings,
      AccessDecision decision,
      Runnable beat,
      Counters counters,
      Fanotify group)
      throws LinuxException {
    this.decision = decision;
    this.group = group;
    wakeUp = new WakeUp();
    mounts = MountChanges.open();
    leaseBreaks = new LeaseBreaks();
    killSwitch = new DeadMansSwitch(KILL_AFTER);
    Shares shares = Shares.of(settings);
    DescriptorBudget budget = new DescriptorBudget(shares.held());
    Desk desk = new Desk(decision, group::respond, budget, counters);
    held = new HeldOpens(counters);
    written = new WrittenFiles(shares.written(), settings.writtenThreads(), decision, counters);
    leased =
        new LeasedFiles(
            shares.leases(),
            settings.leases().rest(),
            LeasableFilesystems.of(settings.leases()),
            leaseBreaks,
            group,
            decision,
            counters);
    ignore = new KernelIgnore(settings.kernelIgnore(), group, leased, decision, counters);
    handler = new EventHandler(group, held, written, ignore);
    reader = new EventReader(group, wakeUp, mounts, leaseBreaks, desk, handler, held);
    filesystems = new GuardedFilesystems(settings.filesystems(), group, counters);
    pulse =
        new Pulse(
            List.of(new Watchdog(reader::lastTurnNanos), new Watchdog(held::lastTurnNanos)),
            () -> {
              killSwitch.rearm();
              beat.run();
            },
            filesystems::lookWhenDue);
    counters.gauge(Gauge.DESCRIPTORS_FREE, budget::free);
  }

  /** Who may have how many descriptors; where the limit is low, opens have three of four. */
  private record Shares(int held, int written, int leases) {
    static Shares of(WatchSettings settings) throws LinuxException {
      long wanted =
          (long) settings.heldOpens() + settings.writtenQueue() + settings.leases().most();
      long limit = OpenFiles.raiseLimit(wanted + RESERVED_DESCRIPTORS);
      long reserved = Math.min(RESERVED_DESCRIPTORS, Math.max(64, limit / 2));
      long all = Math.max(4, limit - reserved);
      int held = (int) Math.min(settings.heldOpens(), all / 4 * 3);
      int leases = (int) Math.min(settings.leases().most(), (all - held) / 8);
      int written = (int) Math.min(settings.writtenQueue(), all - held - leases);
      return new Shares(held, written, leases);
    }
  }

  /**
   * Rehearses the path, so that everything it needs is loaded, and then guards the filesystems.
   *
   * @param beat called about once a second while opens are being answered; must not wait
   * @throws IOException when fanotify cannot be had, or a filesystem cannot be guarded
   */
  public static FanotifyWatcher start(
      WatchSettings settings, AccessDecision decision, Runnable beat, Counters counters)
      throws IOException, InterruptedException {
    Fanotify group = Fanotify.open();
    FanotifyWatcher watcher = new FanotifyWatcher(settings, decision, beat, counters, group);
    watcher.held.start();
    watcher.written.start();
    Thread.ofPlatform().daemon().name("fanotify").start(watcher::run);
    try {
      watcher.rehearsed.await();
      Throwable failed = watcher.failure;
      if (failed != null) {
        throw new IOException("rehearsal failed, nothing is guarded", failed);
      }
      watcher.killSwitch.rearm();
      watcher.pulse.start();
      watcher.filesystems.guardAll();
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      watcher.close();
      throw e;
    }
    return watcher;
  }

  /** Where the guarded filesystems are mounted. */
  public List<String> guarded() {
    return filesystems.guarded();
  }

  /** Lets the kernel hold every file again: verdicts were revoked, or an epoch's grace is over. */
  public void forgetIgnored() {
    ignore.flush();
  }

  /** Whether the reading thread took a turn within the time; an outside watchdog asks this. */
  public boolean alive(Duration within) {
    return stopped.getCount() > 0 && System.nanoTime() - reader.lastTurnNanos() < within.toNanos();
  }

  /**
   * Has something done when nothing is guarded any more, after {@link #close} or because watching
   * failed; perhaps twice. It is done by the thread that ends, so that it needs no other one.
   */
  public void whenEnded(Runnable action) {
    afterEnd = action;
    if (stopped.getCount() == 0) {
      action.run();
    }
  }

  private void run() {
    try {
      rehearse();
      while (!stopping && failure == null) {
        reader.turn(chores);
      }
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      LOG.error("watching ends, nothing is guarded any more", e);
    } finally {
      shutDown();
    }
  }

  private final EventReader.Chores chores =
      new EventReader.Chores() {
        @Override
        public void mountsChanged() {
          filesystems.mountsChanged();
          pulse.nudge();
        }

        @Override
        public void leaseWanted() throws IOException {
          leased.giveUpWanted();
        }

        @Override
        public void tidy() throws IOException {
          ignore.flushOutdated();
          leased.tidy();
        }
      };

  /** Without it nothing may be marked: what it would have loaded could wait for its reader. */
  private void rehearse() {
    try {
      leaseBreaks.listenHere();
      leased.giveUpWanted();
      leased.tidy();
      new Rehearsal(decision).run(handler);
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    } finally {
      rehearsed.countDown();
    }
  }

  /** The order matters: no new opens are held, then all held ones are answered, then the end. */
  private void shutDown() {
    try (group;
        wakeUp;
        mounts;
        leaseBreaks;
        killSwitch) {
      step("unmark", filesystems::close);
      step("give up leases", leased::close);
      step("drop written files", written::close);
      step("answer held opens", held::close);
      step("answer waiting opens", reader::allowQueued);
      step("end the watchdog", pulse::close);
    } catch (LinuxException e) {
      LOG.error("fanotify could not be ended in order", e);
    } finally {
      stopped.countDown();
      afterEnd.run();
    }
  }

  /** One step of the end, whose failure does not spare the others. */
  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  private static void step(String name, Step step) {
    try {
      step.run();
    } catch (IOException | RuntimeException | Error e) {
      LOG.error("step of the end failed step={}", name, e);
    }
  }

  /** Stops guarding; everything that is held is answered when this returns. */
  @Override
  public void close() {
    if (stopping) {
      return;
    }
    stopping = true;
    wakeUp.wake();
    try {
      if (!stopped.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        LOG.error("watching did not end in time seconds={}", STOP_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
