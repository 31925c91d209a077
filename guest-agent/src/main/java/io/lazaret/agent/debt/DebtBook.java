// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.debt;

import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.journal.Journal;
import io.lazaret.agent.journal.JournalThread;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Report.DebtReason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The debts of this guest, each file once, bounded in number and in bytes; over a bound a new one
 * is counted but not worked off. A copy in a journal survives the agent.
 */
public final class DebtBook implements AutoCloseable {
  private static final int MOST_PATH_BYTES = 1 << 20;

  /** Finding out often goes on behind an answer; its result makes the debt needless. */
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Who works debts off waits for the appliance anyway. */
  private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int MOST_DOUBLINGS = 7;
  private static final int MOST_MISSING = 3;
  private static final Logger LOG = LoggerFactory.getLogger(DebtBook.class);

  /** A debt in the book; what changes is guarded by the book's lock. */
  static final class Entry {
    private final Debt debt;
    private int tries;
    private long dueNanos;

    private Entry(Debt debt, long dueNanos) {
      this.debt = debt;
      this.dueNanos = dueNanos;
    }

    Debt debt() {
      return debt;
    }
  }

  private final int most;
  private final Counters counters;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition more = lock.newCondition();
  private final Map<Debt.Key, Entry> entries = new LinkedHashMap<>();
  private int pathBytes;
  private @Nullable Journal journal;

  /**
   * An empty one.
   *
   * @param most debts kept
   */
  public DebtBook(int most, Counters counters, InstantSource clock) {
    this.most = most;
    this.counters = counters;
    this.clock = clock;
    counters.gauge(Gauge.DEBTS_OPEN, this::open);
  }

  /** Takes over the debts in a file, and keeps its own there from now on. */
  public void keepIn(Path file, JournalThread thread) throws IOException {
    Journal opened =
        Journal.open(file, bytes -> Debt.read(bytes, new Replay()), this::all, thread, counters);
    lock.lock();
    try {
      journal = opened;
    } finally {
      lock.unlock();
    }
    if (open() > 0) {
      LOG.info("debts of an earlier run are open debts={}", open());
    }
  }

  private void all(Consumer<byte[]> records) {
    List<Debt> snapshot = new ArrayList<>();
    lock.lock();
    try {
      entries.values().forEach(entry -> snapshot.add(entry.debt));
    } finally {
      lock.unlock();
    }
    snapshot.forEach(debt -> records.accept(debt.owed()));
  }

  /** A file was opened without a verdict. Never blocks. */
  public void owe(Access access, FileIdentity identity, DebtReason reason) {
    if (!access.path().startsWith("/")) {
      counters.count(Metric.DEBTS_DROPPED);
      return;
    }
    Debt debt = new Debt(key(identity), access.path(), access.uid(), reason, clock.millis());
    lock.lock();
    try {
      if (put(debt, System.nanoTime() + FIRST_NANOS)) {
        append(debt.owed());
        more.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether something has changed. */
  private boolean put(Debt debt, long dueNanos) {
    Entry known = entries.get(debt.key());
    if (known != null) {
      if (known.debt.path().equals(debt.path()) && known.debt.reason() == debt.reason()) {
        return false;
      }
      Debt older = known.debt;
      remove(debt.key());
      Entry entry = new Entry(since(debt, older.sinceMillis()), known.dueNanos);
      entry.tries = known.tries;
      insert(entry);
      return true;
    }
    if (entries.size() >= most || pathBytes + debt.path().length() > MOST_PATH_BYTES) {
      counters.count(Metric.DEBTS_DROPPED);
      return false;
    }
    insert(new Entry(debt, dueNanos));
    return true;
  }

  private static Debt since(Debt debt, long sinceMillis) {
    return new Debt(debt.key(), debt.path(), debt.user(), debt.reason(), sinceMillis);
  }

  private void insert(Entry entry) {
    entries.put(entry.debt.key(), entry);
    pathBytes += entry.debt.path().length();
  }

  private boolean remove(Debt.Key key) {
    Entry removed = entries.remove(key);
    if (removed == null) {
      return false;
    }
    pathBytes -= removed.debt.path().length();
    return true;
  }

  private void append(byte[] bytes) {
    Journal open = journal;
    if (open != null) {
      open.append(bytes);
    }
  }

  /** The file has a verdict: it is owed for no more. Never blocks. */
  public void paid(FileIdentity identity) {
    if (settle(key(identity))) {
      counters.count(Metric.DEBTS_PAID);
    }
  }

  /** It is not found, which may be because its filesystem is not mounted now: gone at last. */
  void missing(Entry entry) {
    if (entry.tries >= MOST_MISSING) {
      gone(entry.debt);
    } else {
      stays(entry, DebtReason.UNREADABLE);
    }
  }

  /** There is nothing to look at any more. */
  void gone(Debt debt) {
    if (settle(debt.key())) {
      counters.count(Metric.DEBTS_GONE);
    }
  }

  /** The file under that path has a verdict, also when it is another file by now. */
  void paid(Debt debt) {
    if (settle(debt.key())) {
      counters.count(Metric.DEBTS_PAID);
    }
  }

  private boolean settle(Debt.Key key) {
    lock.lock();
    try {
      boolean removed = remove(key);
      if (removed) {
        append(Debt.settled(key));
      }
      return removed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * There is still none: tried again later, each time twice as late, to an hour; soon where only
   * the appliance was away.
   */
  void stays(Entry entry, DebtReason reason) {
    Debt debt = entry.debt;
    lock.lock();
    try {
      if (entries.get(debt.key()) != entry) {
        return;
      }
      // Nothing is wrong with a file because its appliance is not there.
      boolean away = reason == DebtReason.APPLIANCE_AWAY;
      long rest = away ? AWAY_NANOS : REST_NANOS << Math.min(entry.tries, MOST_DOUBLINGS);
      Entry rests =
          new Entry(
              new Debt(debt.key(), debt.path(), debt.user(), reason, debt.sinceMillis()),
              System.nanoTime() + rest);
      rests.tries = away ? entry.tries : entry.tries + 1;
      entries.put(debt.key(), rests);
      if (reason != debt.reason()) {
        append(rests.debt.owed());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Those whose time has come, at most so many; waits until anything is owed at all. */
  List<Entry> due(int number) throws InterruptedException {
    List<Entry> due = new ArrayList<>();
    lock.lockInterruptibly();
    try {
      while (entries.isEmpty()) {
        more.await();
      }
      long now = System.nanoTime();
      for (Entry entry : entries.values()) {
        if (due.size() < number && now - entry.dueNanos >= 0) {
          due.add(entry);
        }
      }
      Journal open = journal;
      if (open != null) {
        open.tick();
      }
    } finally {
      lock.unlock();
    }
    return due;
  }

  /** The oldest one, due or not. */
  Entry any() {
    lock.lock();
    try {
      return entries.values().iterator().next();
    } finally {
      lock.unlock();
    }
  }

  /** Debts that are open. */
  public int open() {
    lock.lock();
    try {
      return entries.size();
    } finally {
      lock.unlock();
    }
  }

  /** Open debts by reason. */
  public Map<DebtReason, Integer> byReason() {
    Map<DebtReason, Integer> counts = new EnumMap<>(DebtReason.class);
    lock.lock();
    try {
      entries.values().forEach(entry -> counts.merge(entry.debt.reason(), 1, Integer::sum));
    } finally {
      lock.unlock();
    }
    return counts;
  }

  /** How long the oldest one is open, in seconds. */
  public long oldestSeconds() {
    long oldest = clock.millis();
    lock.lock();
    try {
      for (Entry entry : entries.values()) {
        oldest = Math.min(oldest, entry.debt.sinceMillis());
      }
    } finally {
      lock.unlock();
    }
    return TimeUnit.MILLISECONDS.toSeconds(clock.millis() - oldest);
  }

  private static Debt.Key key(FileIdentity identity) {
    return new Debt.Key(identity.filesystem(), identity.inode(), identity.generation());
  }

  /** Writes what is left. */
  @Override
  public void close() throws IOException {
    Journal open = journal;
    if (open != null) {
      open.close();
    }
  }

  private final class Replay implements Debt.Reader {
    @Override
    public void owed(Debt debt) {
      lock.lock();
      try {
        var _ = put(debt, System.nanoTime());
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void settled(Debt.Key key) {
      lock.lock();
      try {
        var _ = remove(key);
      } finally {
        lock.unlock();
      }
    }
  }
}
