// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.appliance.metrics.Count;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Verdict;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The verdicts on disk, about 120 bytes each with their index. */
public final class VerdictTable implements VerdictStore {
  private static final int CLEAN = 1;
  private static final int INFECTED = 2;
  private static final int INCOMPLETE = 3;

  private static final String COLUMNS =
      "SELECT v.domain, v.hash, v.length, v.kind, v.reason, t.name, v.epoch, v.judged"
          + " FROM verdict v LEFT JOIN threat t ON t.id = v.threat ";

  private final Ledger ledger;
  private final StoredContents stored;
  private final Count spared;

  VerdictTable(Ledger ledger, StoredContents stored, Metrics metrics) {
    this.ledger = ledger;
    this.stored = stored;
    spared = metrics.counter(Metric.LEDGER_SPARED);
    metrics.gauge(Metric.LEDGER_FILTER_BYTES, stored::bytes);
  }

  @Override
  public CompletableFuture<Optional<StoredVerdict>> find(int domain, ContentKey content) {
    if (!stored.mayContain(content.hash())) {
      spared.increment();
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return ledger.read(database ->
        database.first(
            COLUMNS + "WHERE v.hash = ? AND v.length = ? AND v.domain = ?",
            VerdictTable::map,
            content.hash().toBytes(),
            content.length(),
            domain));
  }

  /** All verdicts of one hash, in every domain. */
  public CompletableFuture<List<StoredVerdict>> find(ContentHash hash) {
    return ledger.read(database ->
        database.list(
            COLUMNS + "WHERE v.hash = ? LIMIT 1000", VerdictTable::map, (Object) hash.toBytes()));
  }

  /** The infected contents, newest first. */
  public CompletableFuture<List<StoredVerdict>> infected(int limit) {
    return ledger.read(database ->
        database.list(
            COLUMNS + "WHERE v.kind = 2 ORDER BY v.judged DESC LIMIT ?", VerdictTable::map, limit));
  }

  /** The newest verdicts that are not infected, newest first; to warm the memory at start. */
  public CompletableFuture<List<StoredVerdict>> recent(int limit) {
    return ledger.read(database ->
        database.list(
            COLUMNS + "WHERE v.kind <> 2 ORDER BY v.judged DESC LIMIT ?",
            VerdictTable::map,
            limit));
  }

  @Override
  public CompletableFuture<Void> save(StoredVerdict verdict) {
    return save(verdict, false);
  }

  @Override
  public CompletableFuture<Void> saveNow(StoredVerdict verdict) {
    return save(verdict, true);
  }

  private CompletableFuture<Void> save(StoredVerdict verdict, boolean now) {
    stored.add(verdict.content().hash());
    Database.Action action = database -> save(database, verdict);
    if (verdict.verdict() instanceof Verdict.Clean) {
      return ledger.changeCache(action, now);
    }
    return now ? ledger.changeNow(action) : ledger.change(action);
  }

  private void save(Database database, StoredVerdict verdict) throws SQLException {
    long threat = 0;
    int kind = CLEAN;
    int reason = 0;
    switch (verdict.verdict()) {
      case Verdict.Clean ignored -> {}
      case Verdict.Infected infected -> {
        kind = INFECTED;
        threat = threatId(database, infected.threat());
      }
      case Verdict.Incomplete incomplete -> {
        kind = INCOMPLETE;
        reason = incomplete.reason().wire();
      }
    }
    database.update(
        "INSERT OR REPLACE INTO revocation SELECT hash, length, domain, ? FROM verdict"
            + " WHERE hash = ? AND length = ? AND domain = ?"
            + " AND (kind, reason, threat) <> (?, ?, ?)",
        ledger.now(),
        verdict.content().hash().toBytes(),
        verdict.content().length(),
        verdict.domain(),
        kind,
        reason,
        threat);
    database.update(
        "INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        verdict.content().hash().toBytes(),
        verdict.content().length(),
        verdict.domain(),
        kind,
        reason,
        threat,
        verdict.epoch(),
        verdict.judgedAt().toEpochMilli());
  }

  @Override
  public CompletableFuture<List<StoredVerdict>> changedSince(
      int domain, long guest, Instant since, int most) {
    return ledger
        .exposures()
        .flush()
        .handle((flushed, failure) -> failure == null ? guest : ANY_GUEST)
        .thenCompose(whose ->
            ledger.read(database ->
                database.list(
                    "SELECT v.domain, v.hash, v.length, v.kind, v.reason, t.name, v.epoch, v.judged"
                        + " FROM revocation r JOIN verdict v"
                        + " ON v.hash = r.hash AND v.length = r.length AND v.domain = r.domain"
                        + " LEFT JOIN threat t ON t.id = v.threat"
                        + " WHERE r.domain = ?1 AND r.at >= ?2 AND (?3 = 0 OR EXISTS (SELECT 1"
                        + " FROM exposure e WHERE e.hash = r.hash AND e.domain = r.domain"
                        + " AND e.guest = ?3)) ORDER BY r.at DESC LIMIT ?4",
                    VerdictTable::map,
                    domain,
                    since.toEpochMilli(),
                    whose,
                    most)));
  }

  @Override
  public CompletableFuture<Void> remove(int domain, ContentKey content) {
    return ledger.change(database -> {
      database.update(
          "DELETE FROM verdict WHERE hash = ? AND length = ? AND domain = ?",
          content.hash().toBytes(),
          content.length(),
          domain);
    });
  }

  /** Forgets all verdicts of one hash and says how many there were. */
  public CompletableFuture<Integer> remove(ContentHash hash) {
    return ledger.write(
        database -> database.update("DELETE FROM verdict WHERE hash = ?", (Object) hash.toBytes()));
  }

  private static long threatId(Database database, String name) throws SQLException {
    Optional<Long> known =
        database.first("SELECT id FROM threat WHERE name = ?", row -> row.getLong(1), name);
    if (known.isPresent()) {
      return known.get();
    }
    return database.number("INSERT INTO threat (name) VALUES (?) RETURNING id", name);
  }

  private static StoredVerdict map(ResultSet row) throws SQLException {
    Verdict verdict =
        switch (row.getInt(4)) {
          case CLEAN -> Verdict.CLEAN;
          case INFECTED -> new Verdict.Infected(row.getString(6));
          case INCOMPLETE -> new Verdict.Incomplete(reason(row.getInt(5)));
          default -> throw new SQLException("verdict kind: " + row.getInt(4));
        };
    return new StoredVerdict(
        row.getInt(1),
        new ContentKey(ContentHash.of(row.getBytes(2)), row.getLong(3)),
        verdict,
        row.getLong(7),
        Instant.ofEpochMilli(row.getLong(8)));
  }

  private static Verdict.Reason reason(int wire) throws SQLException {
    for (Verdict.Reason reason : Verdict.Reason.values()) {
      if (reason.wire() == wire) {
        return reason;
      }
    }
    throw new SQLException("reason: " + wire);
  }
}
