// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.appliance.metrics.Count;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Who accessed what: when a content turns out to be bad, these are the guests that have it.
 *
 * <p>Accesses are noted in memory and written every few seconds. A filter of recent notes keeps
 * repeated accesses away from the map, so that noting one costs some sixty nanoseconds.
 */
public final class ExposureLedger implements Holders {
  private static final int FILTER_SLOTS = 1 << 16;
  private static final int WRITTEN_AT_ONCE = 500;
  private static final int PATH_LENGTH = 1_024;
  private static final int PATHS_PER_GUEST = 8;

  private static final Exposure NEWEST =
      new Exposure(
          0,
          new ContentHash(0, 0, 0, 0),
          0,
          "",
          Instant.EPOCH,
          Instant.ofEpochMilli(Long.MAX_VALUE));

  private final Ledger ledger;
  private final boolean afterKill;
  private final long opened;
  private final int inMemory;
  private final int perContent;
  private final Count dropped;
  private final AtomicLongArray filter = new AtomicLongArray(FILTER_SLOTS);
  private final AtomicLong period = new AtomicLong();
  private final ConcurrentHashMap<Key, Times> notes = new ConcurrentHashMap<>();

  /**
   * @param afterKill whether the ledger was not closed in order before
   */
  ExposureLedger(Ledger ledger, LedgerLimits limits, Metrics metrics, boolean afterKill) {
    this.ledger = ledger;
    this.afterKill = afterKill;
    this.opened = ledger.now();
    inMemory = limits.exposuresInMemory();
    perContent = limits.exposuresPerContent();
    dropped = metrics.counter(Metric.EXPOSURES_DROPPED);
  }

  /** Notes an access; never blocks, never fails: over the bound it is dropped and counted. */
  public void note(int domain, ContentHash hash, long guest, String path) {
    long mark = mark(domain, hash, guest, path);
    int slot = (int) (mark >>> 48);
    if (filter.getOpaque(slot) == mark) {
      return;
    }
    if (notes.mappingCount() >= inMemory) {
      dropped.increment();
      return;
    }
    String kept = path.length() <= PATH_LENGTH ? path : path.substring(0, PATH_LENGTH);
    long now = ledger.now();
    notes.merge(
        new Key(domain, hash, guest, kept),
        new Times(now, now),
        (old, fresh) -> new Times(old.first(), fresh.last()));
    filter.setOpaque(slot, mark);
  }

  /** The guests that accessed this content, in all domains, last access first. */
  public CompletableFuture<List<Exposure>> whoHas(ContentHash hash) {
    return flush()
        .thenCompose(ignored ->
            ledger.read(database ->
                database.list(
                    "SELECT domain, guest, path, first, last FROM exposure"
                        + " WHERE hash = ? ORDER BY last DESC LIMIT 10000",
                    row -> map(row, hash),
                    (Object) hash.toBytes())));
  }

  @Override
  public CompletableFuture<List<Exposure>> holders(int domain, ContentHash hash, int most) {
    return ledger.read(database ->
        database.list(
            "SELECT domain, guest, path, first, last FROM exposure"
                + " WHERE hash = ? AND domain = ? ORDER BY last DESC LIMIT ?",
            row -> map(row, hash),
            hash.toBytes(),
            domain,
            most));
  }

  @Override
  public CompletableFuture<Page> outdated(long epoch, Optional<Exposure> after, int accesses) {
    // What was noted and is not written yet belongs to the first page.
    return after.isPresent()
        ? page(epoch, after.get(), accesses)
        : flush().thenCompose(ignored -> page(epoch, NEWEST, accesses));
  }

  private CompletableFuture<Page> page(long epoch, Exposure after, int accesses) {
    return ledger.read(database -> {
      List<Outdated> found = new ArrayList<>();
      List<Exposure> looked =
          database.list(
              // The index on the last access has the key's columns, too: no sorting.
              "SELECT e.domain, e.guest, e.path, e.first, e.last, e.hash, v.length, v.epoch"
                  + " FROM (SELECT * FROM exposure"
                  + " WHERE (last, hash, domain, guest, path) < (?, ?, ?, ?, ?)"
                  + " ORDER BY last DESC, hash DESC, domain DESC, guest DESC, path DESC LIMIT ?) e"
                  + " LEFT JOIN verdict v ON v.hash = e.hash AND v.domain = e.domain"
                  + " ORDER BY e.last DESC, e.hash DESC, e.domain DESC, e.guest DESC, e.path DESC",
              row -> {
                Exposure exposure = map(row, ContentHash.of(row.getBytes(6)));
                long length = row.getLong(7);
                if (!row.wasNull() && row.getLong(8) != epoch) {
                  ContentKey content = new ContentKey(exposure.hash(), length);
                  found.add(
                      new Outdated(exposure.domain(), content, exposure.guest(), exposure.path()));
                }
                return exposure;
              },
              after.last().toEpochMilli(),
              after.hash().toBytes(),
              after.domain(),
              after.guest(),
              after.path(),
              accesses);
      return new Page(
          found, looked.size() < accesses ? Optional.empty() : Optional.of(looked.getLast()));
    });
  }

  private static Exposure map(ResultSet row, ContentHash hash) throws SQLException {
    return new Exposure(
        row.getInt(1),
        hash,
        row.getLong(2),
        row.getString(3),
        Ledger.instant(row.getLong(4)),
        Ledger.instant(row.getLong(5)));
  }

  @Override
  public boolean hasGaps(Duration within) {
    return dropped.total() > 0 || (afterKill && ledger.now() - opened < within.toMillis());
  }

  /** Most exposures of one content in one domain. */
  public int perContent() {
    return perContent;
  }

  /** Writes what was noted so far; completes when it is on disk. */
  public CompletableFuture<Void> flush() {
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    List<Map.Entry<Key, Times>> slice = new ArrayList<>();
    for (Map.Entry<Key, Times> entry : notes.entrySet()) {
      Map.Entry<Key, Times> note = Map.entry(entry.getKey(), entry.getValue());
      if (!notes.remove(note.getKey(), note.getValue())) {
        continue; // noted once more just now: the next flush writes it
      }
      slice.add(note);
      if (slice.size() == WRITTEN_AT_ONCE) {
        writes.add(write(List.copyOf(slice)));
        slice.clear();
      }
    }
    if (!slice.isEmpty()) {
      writes.add(write(List.copyOf(slice)));
    }
    period.incrementAndGet();
    return CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new));
  }

  private CompletableFuture<Void> write(List<Map.Entry<Key, Times>> entries) {
    return ledger
        .change(database -> {
          for (Map.Entry<Key, Times> entry : entries) {
            write(database, entry.getKey(), entry.getValue());
          }
        })
        .whenComplete((ignored, failure) -> {
          if (failure != null) {
            dropped.add(entries.size());
          }
        });
  }

  private void write(Database database, Key key, Times times) throws SQLException {
    byte[] hash = key.hash().toBytes();
    int changed =
        database.update(
            "UPDATE exposure SET last = max(last, ?)"
                + " WHERE hash = ? AND domain = ? AND guest = ? AND path = ?",
            times.last(),
            hash,
            key.domain(),
            key.guest(),
            key.path());
    if (changed > 0) {
      return;
    }
    // Each guest has a few paths, and only guests that are new here may use up what is left.
    int inserted =
        database.update(
            "INSERT INTO exposure SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE"
                + " (SELECT count(*) FROM (SELECT 1 FROM exposure"
                + "   WHERE hash = ?1 AND domain = ?2 AND guest = ?3 LIMIT ?8)) < ?8"
                + " AND (SELECT count(*) FROM (SELECT 1 FROM exposure"
                + "   WHERE hash = ?1 AND domain = ?2 LIMIT ?7)) < ?7",
            hash,
            key.domain(),
            key.guest(),
            key.path(),
            times.first(),
            times.last(),
            perContent,
            PATHS_PER_GUEST);
    if (inserted == 0) {
      dropped.increment();
    }
  }

  /** A 64-bit digest of one access within one period; its upper bits choose the filter's slot. */
  private long mark(int domain, ContentHash hash, long guest, String path) {
    long mark = mix(hash.word1() + period.get());
    mark = mix(mark + (guest << 16) + domain);
    mark = mix(mark + path.hashCode());
    return mark == 0 ? 1 : mark;
  }

  /** The finaliser of MurmurHash3. */
  private static long mix(long value) {
    long mixed = value;
    mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }

  private record Key(int domain, ContentHash hash, long guest, String path) {}

  private record Times(long first, long last) {}
}
