// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.Fanotify;
import io.lazaret.agent.linux.FilesystemKind;
import io.lazaret.agent.linux.LeaseBreaks;
import io.lazaret.agent.linux.LinuxException;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import io.lazaret.agent.metrics.Metric;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hot clean files that users can write, left to the kernel for as long as a read lease on each is
 * held: whoever wants to write waits in the kernel until the file's mark and then its lease are
 * gone, so no open is ever answered by a mark that has become untrue.
 *
 * <p>Each costs a descriptor, which keeps a deleted file's room taken and its filesystem mounted,
 * and whoever opens the file for writing with {@code O_NONBLOCK} gets {@code EWOULDBLOCK}. So
 * leases are short, for files that have rested, and on filesystems that nobody unmounts. The lock
 * guards the table and is held for system calls that cannot wait.
 */
final class LeasedFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeasedFiles.class);

  /** Then it is given up; a file that is still hot is leased again. */
  private static final long LIFE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private record Lease(int fd, long takenNanos) {}

  private record Key(long device, long inode) {
    static Key of(FileIdentity file) {
      return new Key(file.filesystem(), file.inode());
    }
  }

  private final ReentrantLock lock = new ReentrantLock();

  /** The oldest first. */
  private final Map<Key, Lease> held = new LinkedHashMap<>();

  private final HotFiles hot = new HotFiles();
  private final int most;
  private final long restNanos;
  private final LongPredicate eligible;
  private final LeaseBreaks breaks;
  private final Fanotify group;
  private final AccessDecision decision;
  private final Counters counters;
  private boolean closed;

  /**
   * Holds none yet.
   *
   * @param most leases at one time; 0 for none ever
   * @param rest how long a file has to have been unchanged
   * @param eligible which filesystems' files may be leased, by device number
   */
  LeasedFiles(
      int most,
      Duration rest,
      LongPredicate eligible,
      LeaseBreaks breaks,
      Fanotify group,
      AccessDecision decision,
      Counters counters) {
    this.most = most;
    this.restNanos = rest.toNanos();
    this.eligible = eligible;
    this.breaks = breaks;
    this.group = group;
    this.decision = decision;
    this.counters = counters;
    counters.gauge(Gauge.LEASES_HELD, this::size);
  }

  /** Counts an open that was answered clean; whether it is worth a lease now. Never waits. */
  boolean wants(HeldOpen open) {
    return most > 0
        && eligible.test(open.status().device())
        && open.status().onBlockDevice()
        && rests(open.identity())
        && hot.heats(open.identity());
  }

  private boolean rests(FileIdentity file) {
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    return file.changedNanos() + restNanos < now;
  }

  /**
   * Leaves the file of an open to the kernel, unless somebody can write to it at this moment.
   *
   * @param open in use by the caller; nobody may take another lease by its descriptor from now on
   */
  void take(HeldOpen open) throws IOException {
    if (Descriptors.kind(open.fd()) != FilesystemKind.DISK) {
      return;
    }
    lock.lock();
    try {
      if (closed) {
        return;
      }
      Key key = Key.of(open.identity());
      giveUp(key);
      if (held.size() >= most) {
        giveUp(held.keySet().iterator().next());
      }
      int fd = Descriptors.duplicate(open.fd());
      held.put(key, new Lease(fd, System.nanoTime()));
      boolean kept = false;
      try {
        kept = breaks.take(fd) && mark(fd, open);
      } finally {
        if (!kept) {
          giveUp(key);
        }
      }
      if (kept) {
        counters.count(Metric.LEASES_TAKEN);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * From the lease on nobody can begin to write: what is the file that was found clean now is so
   * until the lease is given up.
   */
  private boolean mark(int fd, HeldOpen open) throws IOException {
    group.ignoreUntilWritten(fd);
    return open.currentIdentity().equals(open.identity()) && decision.remembersClean(open);
  }

  /** Lets those write who wait for it; by the thread that the kernel tells. */
  void giveUpWanted() throws LinuxException {
    lock.lock();
    try {
      for (Key key : new ArrayList<>(held.keySet())) {
        Lease lease = held.get(key);
        if (lease != null && !breaks.isUndisturbed(lease.fd())) {
          counters.count(Metric.LEASES_BROKEN);
          giveUp(key);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives up those that are old. */
  void tidy() throws LinuxException {
    hot.cool();
    lock.lock();
    try {
      long now = System.nanoTime();
      while (!held.isEmpty()) {
        Map.Entry<Key, Lease> oldest = held.entrySet().iterator().next();
        if (now - oldest.getValue().takenNanos() < LIFE_NANOS) {
          return;
        }
        giveUp(oldest.getKey());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives all up: verdicts count no more. */
  void giveUpAll() throws LinuxException {
    lock.lock();
    try {
      for (Key key : new ArrayList<>(held.keySet())) {
        giveUp(key);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The mark goes before the lease.
   *
   * @throws LinuxException when the mark stays: then the lease stays too, and whoever wants to
   *     write waits
   */
  private void giveUp(Key key) throws LinuxException {
    @Nullable Lease lease = held.get(key);
    if (lease == null) {
      return;
    }
    try {
      group.ignoreNoLonger(lease.fd());
    } catch (LinuxException e) {
      LOG.warn("mark could not be taken back, all are fd={}", lease.fd(), e);
      group.flushIgnores();
    }
    held.remove(key);
    breaks.giveUp(lease.fd());
    Descriptors.close(lease.fd());
  }

  private int size() {
    lock.lock();
    try {
      return held.size();
    } finally {
      lock.unlock();
    }
  }

  /** To be called when nothing is guarded any more; takes none from now on. */
  @Override
  public void close() throws LinuxException {
    lock.lock();
    try {
      closed = true;
      giveUpAll();
    } finally {
      lock.unlock();
    }
  }
}
