// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import io.lazaret.agent.decision.ContentThreads;
import io.lazaret.agent.scan.ScanJob.State;
import io.lazaret.protocol.Message;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scans in the background, one at a time in the order they came: those that the appliance ordered
 * and those from here. How far they are is on disk every two seconds, so that they go on after
 * whatever ended the agent.
 */
public final class ScanJobs {
  /** Jobs kept, finished ones included. */
  static final int MOST = 64;

  private static final long SAVE_MILLIS = 2_000;
  private static final Logger LOG = LoggerFactory.getLogger(ScanJobs.class);

  private record Current(ScanJob job, ScanRun run, Pace pace) {}

  private final ScanTools tools;
  private final JobStore store;
  private final Consumer<Message.ScanProgress> teller;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by lock; in the order they came.
  private final Map<String, ScanJob> jobs = new LinkedHashMap<>();
  private @Nullable Current current;
  private int numbers;
  private boolean closing;
  private final Thread thread = Thread.ofVirtual().name("scans").unstarted(this::work);

  /**
   * Knows none yet.
   *
   * @param folder where jobs are kept
   * @param teller tells the appliance how far an ordered one is; must not block
   */
  public ScanJobs(Path folder, ScanTools tools, Consumer<Message.ScanProgress> teller) {
    this.store = new JobStore(folder);
    this.tools = tools;
    this.teller = teller;
  }

  /** Goes on with what was not finished. */
  public void start() {
    for (ScanJob job : store.load()) {
      jobs.put(job.id(), job);
    }
    thread.start();
  }

  /** Ends; what is not finished goes on at the next start. */
  public void stop() throws InterruptedException {
    lock.lock();
    try {
      closing = true;
      if (current != null) {
        current.run().stop();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    thread.join(Duration.ofSeconds(2));
    thread.interrupt();
  }

  // ---- the appliance

  /** Takes an order, more paths for one, or its withdrawal; never blocks. */
  public void order(Message.ScanOrder order) {
    Thread.ofVirtual().name("scan-order").start(() -> take(order));
  }

  private void take(Message.ScanOrder order) {
    String id = "order-" + order.order();
    List<Path> paths = new ArrayList<>();
    for (String path : order.paths()) {
      try {
        if (path.startsWith("/")) {
          paths.add(Path.of(path));
        }
      } catch (InvalidPathException notHere) {
        LOG.warn("path of a scan order passed over order={} detail={}", id, notHere.getReason());
      }
    }
    ScanJob job;
    lock.lock();
    try {
      job = jobs.get(id);
      if (order.paths().isEmpty()) {
        withdraw(job);
        return;
      }
      if (job == null) {
        job = new ScanJob(id, order.order(), false, paths);
        if (!keep(job)) {
          LOG.error("scan order not taken, too many scans order={}", id);
          return;
        }
        LOG.info("scan ordered order={} paths={}", id, paths);
      } else if (job.add(paths) || job.state() == State.STOPPED) {
        job.state(job.state() == State.STOPPED ? State.WAITING : job.state());
        store.save(job);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    tell(job);
  }

  private void withdraw(@Nullable ScanJob job) {
    if (job != null) {
      jobs.remove(job.id());
      if (current != null && current.job() == job) {
        current.run().stop();
      }
      job.state(State.STOPPED);
      store.delete(job);
      LOG.info("scan withdrawn id={}", job.id());
    }
  }

  private void tell(ScanJob job) {
    if (job.order() != 0) {
      ScanJob.Snapshot now = job.snapshot();
      ScanFigures all = now.figures();
      boolean finished = now.state() == State.FINISHED;
      teller.accept(
          new Message.ScanProgress(
              job.order(), all.files(), all.bytes(), all.infected(), finished));
    }
  }

  // ---- from here

  /**
   * Begins a scan of these paths and gives its id.
   *
   * @throws IllegalStateException when too many are kept that are not finished
   */
  public String begin(List<Path> paths, boolean crossing) {
    lock.lock();
    try {
      String id;
      do {
        id = "local-" + ++numbers;
      } while (jobs.containsKey(id));
      if (!keep(new ScanJob(id, 0, crossing, paths))) {
        throw new IllegalStateException("scans: " + MOST + " (expected: less that go on)");
      }
      changed.signalAll();
      return id;
    } finally {
      lock.unlock();
    }
  }

  /** Stops one where it is, or goes on with one that was stopped; false when there is none. */
  public boolean change(String id, boolean goOn) {
    lock.lock();
    try {
      ScanJob job = jobs.get(id);
      if (job == null || job.state() == State.FINISHED) {
        return false;
      }
      if (goOn && job.state() == State.STOPPED) {
        job.state(State.WAITING);
      } else if (!goOn) {
        job.state(State.STOPPED);
        if (current != null && current.job() == job) {
          current.run().stop();
        }
      }
      store.save(job);
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** All there are, each as words: id, state, figures, place or reason to wait. */
  public List<List<String>> list() {
    lock.lock();
    try {
      return jobs.values().stream().map(this::row).toList();
    } finally {
      lock.unlock();
    }
  }

  private List<String> row(ScanJob job) {
    ScanJob.Snapshot now = job.snapshot();
    ScanFigures all = now.figures();
    Current busy = current;
    String pause = busy != null && busy.job() == job ? busy.pace().pausedFor() : "";
    String state = now.state().name().toLowerCase(Locale.ROOT);
    return List.of(
        now.id(),
        pause.isEmpty() ? state : "paused",
        Long.toString(all.files()),
        Long.toString(all.bytes()),
        Long.toString(all.clean()),
        Long.toString(all.unchanged()),
        Long.toString(all.infected()),
        Long.toString(all.incomplete()),
        Long.toString(all.excluded()),
        Long.toString(all.notScanned()),
        pause.isEmpty() ? now.cursor() : pause);
  }

  /** What one found, each as words: kind, path, detail. */
  public Optional<List<List<String>>> findings(String id) {
    lock.lock();
    try {
      return Optional.ofNullable(jobs.get(id))
          .map(job ->
              job.snapshot().findings().stream()
                  .map(found -> List.of(found.kind(), found.path(), found.detail()))
                  .toList());
    } finally {
      lock.unlock();
    }
  }

  /** Keeps a new one; the oldest that is over makes room. */
  private boolean keep(ScanJob job) {
    if (jobs.size() >= MOST) {
      Optional<ScanJob> over =
          jobs.values().stream().filter(old -> old.state() == State.FINISHED).findFirst();
      if (over.isEmpty()) {
        return false;
      }
      jobs.remove(over.get().id());
      store.delete(over.get());
    }
    jobs.put(job.id(), job);
    store.save(job);
    return true;
  }

  // ---- the work

  private void work() {
    try {
      for (ScanJob job = next(); job != null; job = next()) {
        work(job);
      }
    } catch (InterruptedException stopped) {
      LOG.debug("scans end");
    }
  }

  /** The next one, when it is there; null at the end. */
  private @Nullable ScanJob next() throws InterruptedException {
    lock.lock();
    try {
      while (!closing) {
        for (ScanJob job : jobs.values()) {
          if (job.state() == State.WAITING) {
            job.state(State.RUNNING);
            return job;
          }
        }
        changed.await();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void work(ScanJob job) throws InterruptedException {
    LOG.info("scan goes on id={} files={}", job.id(), job.snapshot().figures().files());
    try (ContentThreads content = tools.thread()) {
      Pace pace = new Pace(tools.settings(), tools.pressure());
      ScanRun run = tools.run(job, content, pace);
      if (!begun(new Current(job, run, pace))) {
        return;
      }
      Thread.ofVirtual().name("scan-keeper").start(() -> keepSaved(job));
      boolean ended = run.run();
      lock.lock();
      try {
        if (ended) {
          job.state(State.FINISHED);
        } else if (job.state() == State.RUNNING) {
          job.state(State.WAITING); // the agent ends, and goes on with it at its next start
        }
      } finally {
        lock.unlock();
      }
    } catch (RuntimeException defect) {
      LOG.error("scan failed id={}", job.id(), defect);
      job.state(State.STOPPED);
    } finally {
      lock.lock();
      try {
        current = null;
        if (jobs.containsKey(job.id())) {
          store.save(job);
        }
      } finally {
        lock.unlock();
      }
    }
    tell(job);
    LOG.info("scan ends id={} state={} {}", job.id(), job.state(), job.snapshot().figures());
  }

  private boolean begun(Current begins) {
    lock.lock();
    try {
      if (closing || begins.job().state() != State.RUNNING) {
        return false;
      }
      current = begins;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void keepSaved(ScanJob job) {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(SAVE_MILLIS);
        lock.lock();
        try {
          if (current == null || current.job() != job) {
            return;
          }
          if (jobs.containsKey(job.id())) {
            store.save(job);
          }
        } finally {
          lock.unlock();
        }
        tell(job);
      }
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    }
  }
}
