// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.Verdict;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The guest's memory in a bounded amount of it: clean files as rows of 88 bytes, in buckets that
 * grow to eight; infected ones, which are few, in a bounded map. One lock, never held for long.
 */
public final class VerdictTable implements LocalVerdicts {
  private static final int WAYS = 8;
  private static final int MOST_INFECTED = 1024;
  // One row; inode number 0 is no file's, so it marks a free one.
  private static final int INODE = 0;
  private static final int FILESYSTEM = 1;
  private static final int GENERATION = 2;
  private static final int SIZE = 3;
  private static final int MODIFIED = 4;
  private static final int CHANGED = 5;
  private static final int EPOCH = 6;
  private static final int HASH = 7;
  private static final int ROW = 11;

  /**
   * In {@link #GENERATION}, a number of 32 bits: the row was found since it was last passed over.
   */
  private static final long RECENT = 1L << 32;

  /** Each bucket's rows; as long as it needs. */
  private final long[][] buckets;

  private static final long[] EMPTY = {};
  private static final int[] NOWHERE = {};

  /** For a content, one of the rows that hold it: bucket and way, plus one; nothing at first. */
  private int[] byContent = NOWHERE;

  private final Map<FileIdentity, Known> infected = new LinkedHashMap<>();
  private final Epochs epochs;
  private final Counters counters;
  private long revision;
  private int nextVictim;
  private int used;

  /**
   * Makes an empty one.
   *
   * @param entries rounded up to a power of two
   */
  public VerdictTable(int entries, Epochs epochs, Counters counters) {
    int last = (entries - 1) / WAYS;
    buckets = new long[1 << (Integer.SIZE - Integer.numberOfLeadingZeros(last))][];
    Arrays.fill(buckets, EMPTY);
    this.epochs = epochs;
    this.counters = counters;
    counters.gauge(Gauge.VERDICTS_REMEMBERED, this::size);
  }

  @Override
  public synchronized Optional<Known> find(FileIdentity identity) {
    long[] rows = buckets[bucketOf(identity)];
    int row = rowOf(rows, identity);
    if (row >= 0) {
      long epoch = rows[row + EPOCH];
      if (!epochs.counts(epoch)) {
        free(rows, row);
        return Optional.empty();
      }
      rows[row + GENERATION] |= RECENT;
      return Optional.of(new Known(Verdict.CLEAN, epoch, contentAt(rows, row)));
    }
    return findInfected(identity).filter(known -> epochs.counts(known.epoch()));
  }

  @Override
  public synchronized Optional<Known> findClean(ContentKey content) {
    if (byContent.length == 0) {
      return Optional.empty();
    }
    int place = byContent[slotOf(content.hash())] - 1;
    if (place < 0) {
      return Optional.empty();
    }
    long[] rows = buckets[place / WAYS];
    int row = place % WAYS * ROW;
    boolean counts =
        row < rows.length
            && rows[row + INODE] != 0
            && rows[row + HASH] == content.hash().word0()
            && epochs.isPresent(rows[row + EPOCH])
            && contentAt(rows, row).equals(content);
    return counts
        ? Optional.of(new Known(Verdict.CLEAN, rows[row + EPOCH], content))
        : Optional.empty();
  }

  private int slotOf(ContentHash hash) {
    return (int) hash.word0() & (byContent.length - 1);
  }

  @Override
  public synchronized Optional<Known> findInfected(FileIdentity identity) {
    return Optional.ofNullable(infected.get(identity));
  }

  @Override
  public synchronized long revision() {
    return revision;
  }

  @Override
  public boolean counts(long epoch) {
    return epochs.counts(epoch);
  }

  @Override
  public synchronized void remember(FileIdentity identity, Known known, long asked) {
    if (asked != revision) {
      return;
    }
    forget(identity);
    switch (known.verdict()) {
      case Verdict.Clean clean -> put(identity, known);
      case Verdict.Infected threat -> {
        if (infected.size() >= MOST_INFECTED) {
          infected.remove(infected.keySet().iterator().next());
          counters.count(Metric.VERDICTS_EVICTED);
        }
        infected.put(identity, known);
      }
      case Verdict.Incomplete incomplete ->
          throw new IllegalArgumentException(
              "verdict: " + incomplete + " (expected: clean or infected)");
    }
  }

  private void put(FileIdentity identity, Known known) {
    int bucket = bucketOf(identity);
    long[] rows = buckets[bucket];
    int row = 0;
    while (row < rows.length && rows[row + INODE] != 0) {
      row += ROW;
    }
    if (row == WAYS * ROW) {
      row = victim(rows);
      counters.count(Metric.VERDICTS_EVICTED);
    } else {
      if (row == rows.length) {
        rows = Arrays.copyOf(rows, Math.clamp(rows.length * 2L, ROW, WAYS * ROW));
        buckets[bucket] = rows;
      }
      used++;
    }
    rows[row + INODE] = identity.inode();
    rows[row + FILESYSTEM] = identity.filesystem();
    rows[row + GENERATION] = identity.generation();
    rows[row + SIZE] = identity.size();
    rows[row + MODIFIED] = identity.modifiedNanos();
    rows[row + CHANGED] = identity.changedNanos();
    rows[row + EPOCH] = known.epoch();
    ContentHash hash = known.content().hash();
    rows[row + HASH] = hash.word0();
    rows[row + HASH + 1] = hash.word1();
    rows[row + HASH + 2] = hash.word2();
    rows[row + HASH + 3] = hash.word3();
    if (byContent.length == 0) {
      byContent = new int[buckets.length * WAYS];
    }
    byContent[slotOf(hash)] = bucket * WAYS + row / ROW + 1;
  }

  /** A row of a full bucket that was not found lately: each that was is passed over once. */
  private int victim(long[] rows) {
    while (true) {
      nextVictim = (nextVictim + 1) % WAYS;
      int row = nextVictim * ROW;
      if ((rows[row + GENERATION] & RECENT) == 0) {
        return row;
      }
      rows[row + GENERATION] &= ~RECENT;
    }
  }

  @Override
  public synchronized void forget(FileIdentity identity) {
    infected.remove(identity);
    long[] rows = buckets[bucketOf(identity)];
    int row = rowOf(rows, identity);
    if (row >= 0) {
      free(rows, row);
    }
  }

  @Override
  public void epochChanged(long epoch, long graceSeconds) {
    epochs.changed(epoch, graceSeconds);
  }

  @Override
  public synchronized void revoked(Iterable<Revocation> revocations) {
    revision++;
    for (Revocation revocation : revocations) {
      ContentKey content = revocation.content();
      if (!(revocation.verdict() instanceof Verdict.Infected)) {
        infected.values().removeIf(known -> known.content().equals(content));
      }
      for (long[] rows : buckets) {
        for (int row = 0; row < rows.length; row += ROW) {
          if (rows[row + INODE] != 0
              && rows[row + HASH] == content.hash().word0()
              && contentAt(rows, row).equals(content)) {
            free(rows, row);
          }
        }
      }
    }
  }

  @Override
  public synchronized void clear() {
    infected.clear();
    Arrays.fill(buckets, EMPTY);
    byContent = NOWHERE;
    used = 0;
  }

  @Override
  public synchronized int size() {
    return used + infected.size();
  }

  private int bucketOf(FileIdentity identity) {
    int hash = identity.hashCode() * 0x9E3779B9;
    return (hash ^ (hash >>> 16)) & (buckets.length - 1);
  }

  private static int rowOf(long[] rows, FileIdentity identity) {
    for (int row = 0; row < rows.length; row += ROW) {
      if (rows[row + INODE] == identity.inode()
          && rows[row + CHANGED] == identity.changedNanos()
          && rows[row + FILESYSTEM] == identity.filesystem()
          && rows[row + MODIFIED] == identity.modifiedNanos()
          && rows[row + SIZE] == identity.size()
          && (rows[row + GENERATION] & ~RECENT) == identity.generation()
          && identity.inode() != 0) {
        return row;
      }
    }
    return -1;
  }

  private static ContentKey contentAt(long[] rows, int row) {
    return new ContentKey(
        new ContentHash(
            rows[row + HASH], rows[row + HASH + 1], rows[row + HASH + 2], rows[row + HASH + 3]),
        rows[row + SIZE]);
  }

  private void free(long[] rows, int row) {
    rows[row + INODE] = 0;
    used--;
  }
}
