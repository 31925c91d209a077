// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.Decision;
import io.lazaret.agent.decision.Decision.Why;
import io.lazaret.agent.decision.DecisionSettings;
import io.lazaret.agent.decision.DecisionSettings.Failure;
import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.Errno;
import io.lazaret.agent.linux.Fanotify;
import io.lazaret.agent.linux.FileStatus;
import io.lazaret.agent.linux.LinuxException;
import io.lazaret.agent.linux.OpenFiles;
import io.lazaret.agent.linux.WakeUp;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.Lane;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the opens of the guarded filesystems until they are decided.
 *
 * <p>The reading thread opens no file and waits for nobody: it answers what can be answered at once
 * and gives every other open a virtual thread of its own.
 */
public final class FanotifyWatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FanotifyWatcher.class);

  /** Descriptors of the rest of the process: jars, sockets, logs, and 8 scans of 32 files each. */
  private static final int RESERVED_DESCRIPTORS = 64 + 8 * 32;

  /** Ends the process when a thread hangs: the kernel then allows what is held. */
  private static final int HANGS_EXIT = 3;

  private static final int IDLE_MILLIS = 1000;
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
  private static final int ROOM_MILLIS = 5;
  private static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long STOP_SECONDS = 5;
  private static final int OWN_PID = (int) ProcessHandle.current().pid();
  private static final long HELD = Fanotify.FAN_OPEN_PERM | Fanotify.FAN_OPEN_EXEC_PERM;

  private final AccessDecision decision;
  private final Counters counters;
  private final Fanotify group;
  private final WakeUp wakeUp;
  private final DescriptorBudget budget;
  private final HeldOpens held;
  private final WrittenFiles written;
  private final KernelIgnore ignore;
  private final Desk desk;
  private final ArrivalClock arrivals = new ArrivalClock();
  private final Set<Path> guarded = ConcurrentHashMap.newKeySet();
  private final CountDownLatch rehearsed = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Seldom unreadableLog = new Seldom();
  private final Seldom failedLog = new Seldom();
  private volatile @Nullable Throwable failure;
  private volatile boolean stopping;
  private volatile long lastTurnNanos = System.nanoTime();
  private long lastSampleNanos;
  private long lastTidyNanos;

  private FanotifyWatcher(
      WatchSettings settings, AccessDecision decision, Counters counters, Fanotify group)
      throws LinuxException {
    this.decision = decision;
    this.counters = counters;
    this.group = group;
    wakeUp = new WakeUp();
    long limit = OpenFiles.raiseLimit(settings.heldOpens() + (long) RESERVED_DESCRIPTORS);
    long reserved = Math.min(RESERVED_DESCRIPTORS, Math.max(64, limit / 2));
    int descriptors = (int) Math.max(1, Math.min(settings.heldOpens(), limit - reserved));
    budget = new DescriptorBudget(descriptors);
    desk = new Desk(decision, group::respond, budget, counters);
    held = new HeldOpens(counters);
    written =
        new WrittenFiles(
            Math.max(1, Math.min(settings.writtenQueue(), descriptors / 2)),
            settings.writtenThreads(),
            decision,
            counters);
    ignore = new KernelIgnore(settings.kernelIgnore(), group, decision, counters);
    counters.gauge(Gauge.DESCRIPTORS_FREE, budget::free);
    counters.gauge(Gauge.FILESYSTEMS_GUARDED, guarded::size);
  }

  /**
   * Rehearses the path, so that everything it needs is loaded, and then guards the filesystems.
   *
   * @throws IOException when fanotify cannot be had, or a filesystem cannot be guarded
   */
  public static FanotifyWatcher start(
      WatchSettings settings, AccessDecision decision, Counters counters)
      throws IOException, InterruptedException {
    Fanotify group = Fanotify.open();
    FanotifyWatcher watcher = new FanotifyWatcher(settings, decision, counters, group);
    watcher.held.start();
    watcher.written.start();
    Thread.ofPlatform().daemon().name("fanotify").start(watcher::run);
    try {
      watcher.rehearsed.await();
      Throwable failed = watcher.failure;
      if (failed != null) {
        throw new IOException("rehearsal failed, nothing is guarded", failed);
      }
      Thread.ofPlatform().daemon().name("watchdog").start(watcher::watchThreads);
      for (Path mount : settings.mounts()) {
        watcher.guard(mount);
      }
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      watcher.close();
      throw e;
    }
    return watcher;
  }

  /** Guards one more filesystem, with all its mounts. */
  public void guard(Path mount) throws IOException {
    group.markFilesystem(mount.toString());
    guarded.add(mount);
    LOG.info("filesystem is guarded mount={}", mount);
  }

  /** Guards one filesystem no more. */
  public void unguard(Path mount) throws IOException {
    guarded.remove(mount);
    group.unmarkFilesystem(mount.toString());
    LOG.info("filesystem is no longer guarded mount={}", mount);
  }

  /** Lets the kernel hold every file again: verdicts were revoked, or an epoch's grace is over. */
  public void forgetIgnored() {
    ignore.flush();
  }

  /** Whether the reading thread took a turn within the time; an outside watchdog asks this. */
  public boolean alive(Duration within) {
    return stopped.getCount() > 0 && System.nanoTime() - lastTurnNanos < within.toNanos();
  }

  /** Waits until nothing is guarded any more: after {@link #close}, or because watching failed. */
  public void awaitEnd() throws InterruptedException {
    stopped.await();
  }

  // ---- the reading thread

  private void run() {
    try {
      rehearse();
      while (!stopping && failure == null) {
        lastTurnNanos = System.nanoTime();
        if (lastTurnNanos - lastTidyNanos > IDLE_NANOS) {
          lastTidyNanos = lastTurnNanos;
          ignore.flushOutdated();
        }
        if (turn() && !stopping) {
          group.await(wakeUp, IDLE_MILLIS);
          // What is there now came while the last batch was handled, or has just come.
          arrivals.counted(System.nanoTime(), 0);
        }
      }
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      LOG.error("watching ends, nothing is guarded any more", e);
    } finally {
      shutDown();
    }
  }

  /** Without it nothing may be marked: what it would have loaded could wait for its reader. */
  private void rehearse() {
    try {
      new Rehearsal(decision).run(this::handle);
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    } finally {
      lastTurnNanos = System.nanoTime();
      rehearsed.countDown();
    }
  }

  /** On its own thread, which touches no file. */
  private void watchThreads() {
    Watchdog reader = new Watchdog(() -> lastTurnNanos);
    Watchdog keeper = new Watchdog(held::lastTurnNanos);
    try {
      while (!stopped.await(1, TimeUnit.SECONDS)) {
        boolean readerHangs = reader.hangs();
        if (keeper.hangs() || readerHangs) {
          Runtime.getRuntime().halt(HANGS_EXIT);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reads and handles one batch; true when nothing more waited. */
  private boolean turn() throws IOException, InterruptedException {
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
      counters.count(Metric.EVENTS_UNREADABLE);
      if (unreadableLog.now()) {
        LOG.warn("file of an event cannot be opened, the kernel denied it: {}", e.getMessage());
      }
    } finally {
      budget.giveBack(affordable - events);
    }
    sample();
    for (int i = 0; i < events; i++) {
      if (!group.wellFormed(i)) {
        counters.count(Metric.EVENTS_MALFORMED);
        throw new IOException("fanotify event of another version than 3");
      }
      handle(new Event(group.mask(i), group.file(i), group.pid(i), arrivals.next()), desk);
    }
    return events < affordable;
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
    if (!written.dropOldest() && !held.abandonOldestWork()) {
      long waited = System.nanoTime() - arrivals.head();
      if (group.waitingEvents() > 0 && waited > limit(Lane.OPEN).toNanos() / 2) {
        held.settleOldest(Why.OVERLOAD);
      }
    }
    budget.await(ROOM_MILLIS);
  }

  /** One event; what it costs is paid back when its descriptor is closed. */
  record Event(long mask, int fd, int pid, long arrivedNanos) {}

  /** Who decides, takes the answers, pays the descriptors and counts. */
  record Desk(
      AccessDecision decision, Responder responder, DescriptorBudget budget, Counters counters) {}

  /** Handles an event at one desk: the real one, or one to practise at. */
  @FunctionalInterface
  interface Handler {
    void handle(Event event, Desk at);
  }

  private void handle(Event event, Desk at) {
    if (event.fd() < 0) {
      if ((event.mask() & Fanotify.FAN_Q_OVERFLOW) != 0) {
        at.counters().count(Metric.QUEUE_OVERFLOWS);
        LOG.error("the kernel dropped events: opens were allowed unseen");
      }
      at.budget().giveBack(1);
      return;
    }
    boolean holds = (event.mask() & HELD) != 0;
    if (event.pid() == OWN_PID) {
      if (holds) {
        HeldOpen.respond(at.responder(), event.fd(), true, at.counters());
      }
      at.counters().count(Metric.OPENS_OWN);
      EventFile.closeDescriptor(event.fd(), at.budget());
      return;
    }
    at.counters().count(Metric.OPENS_SEEN);
    FileStatus status;
    try {
      status = Descriptors.knownStatus(event.fd());
    } catch (LinuxException e) {
      if (failedLog.now()) {
        LOG.error("file of an event cannot be looked at: {}", e.getMessage());
      }
      if (holds) {
        answerUnseen(event.fd(), allowsUnseen(laneOf(event), at), at.responder(), at.counters());
      }
      EventFile.closeDescriptor(event.fd(), at.budget());
      return;
    }
    if (holds) {
      handleHeld(event, status, at);
    } else if (status.regular() && status.size() > 0 && status.links() > 0) {
      long work = at.decision().settings().writtenDeadline().toNanos();
      written.offer(new WrittenFile(event.fd(), event.pid(), status, at.budget(), work));
    } else {
      EventFile.closeDescriptor(event.fd(), at.budget());
    }
  }

  private void handleHeld(Event event, FileStatus status, Desk at) {
    if (!status.regular()) {
      allowSpecial(event, at);
      return;
    }
    if (status.size() == 0) {
      HeldOpen.respond(at.responder(), event.fd(), true, at.counters());
      at.counters().count(Metric.OPENS_ALLOWED);
      EventFile.closeDescriptor(event.fd(), at.budget());
      return;
    }
    Lane lane = laneOf(event);
    long deadline = event.arrivedNanos() + limit(lane).toNanos();
    long work = deadline + at.decision().settings().writtenDeadline().toNanos();
    HeldOpen open =
        new HeldOpen(
            event.fd(),
            event.pid(),
            lane,
            status,
            at.budget(),
            deadline,
            work,
            at.responder(),
            at.decision(),
            at.counters());
    Optional<Decision> atOnce;
    try {
      atOnce = at.decision().atOnce(open);
    } catch (RuntimeException e) {
      // The worker has more time to find out, and answers if it cannot.
      if (failedLog.now()) {
        LOG.error("decision failed at once", e);
      }
      atOnce = Optional.empty();
    }
    if (atOnce.isPresent()) {
      open.settle(atOnce.get());
      open.close();
    } else {
      HeldOpens.Entry entry = held.add(open);
      Thread worker = Thread.ofVirtual().name("open").unstarted(() -> decide(entry, at.decision()));
      open.worker(worker);
      worker.start();
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
    EventFile.closeDescriptor(event.fd(), at.budget());
    HeldOpen.respond(at.responder(), event.fd(), true, at.counters());
    at.counters().count(Metric.OPENS_ALLOWED);
  }

  /** Answers an open of which nothing is known. */
  private static void answerUnseen(int fd, boolean allow, Responder responder, Counters counters) {
    HeldOpen.respond(responder, fd, allow, counters);
    counters.count(allow ? Metric.OPENS_ALLOWED : Metric.OPENS_DENIED);
    if (allow) {
      counters.count(Metric.DEBTS);
    }
  }

  private static Lane laneOf(Event event) {
    return (event.mask() & Fanotify.FAN_OPEN_EXEC_PERM) != 0 ? Lane.EXECUTE : Lane.OPEN;
  }

  private static boolean allowsUnseen(Lane lane, Desk at) {
    DecisionSettings policy = at.decision().settings();
    return (lane == Lane.EXECUTE ? policy.executeFailure() : policy.openFailure()) == Failure.ALLOW;
  }

  private Duration limit(Lane lane) {
    return lane == Lane.EXECUTE
        ? decision.settings().executeDeadline()
        : decision.settings().openDeadline();
  }

  // ---- one held open, on its own virtual thread

  private void decide(HeldOpens.Entry entry, AccessDecision deciding) {
    try (HeldOpen open = entry.open()) {
      Decision decided = deciding.decide(open);
      if (open.settle(decided)) {
        ignore.answered(open, decided);
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

  // ---- stopping

  /** The order matters: no new opens are held, then all held ones are answered, then the end. */
  private void shutDown() {
    try (group;
        wakeUp) {
      step("unmark", group::unmarkAll);
      guarded.clear();
      step("drop written files", written::close);
      step("answer held opens", held::close);
      step("answer waiting opens", this::allowQueued);
    } catch (LinuxException e) {
      LOG.error("fanotify could not be ended in order", e);
    } finally {
      stopped.countDown();
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

  private void allowQueued() throws LinuxException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    while (System.nanoTime() < until) {
      int affordable = budget.takeUpTo(Fanotify.BATCH);
      int events = group.read(Math.max(1, affordable));
      budget.giveBack(Math.max(0, affordable - events));
      if (events == 0) {
        return;
      }
      for (int i = 0; i < events; i++) {
        if (group.file(i) >= 0) {
          if ((group.mask(i) & HELD) != 0) {
            answerUnseen(group.file(i), true, group::respond, counters);
          }
          EventFile.closeDescriptor(group.file(i), budget);
        }
      }
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
