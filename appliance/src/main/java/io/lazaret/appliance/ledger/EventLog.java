// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What happened: the appliance's audit and the guests' reports. */
public final class EventLog {
  private final Ledger ledger;

  EventLog(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Appends one; completes when it is on disk. */
  public CompletableFuture<Void> append(Event event) {
    return append(List.of(event));
  }

  /** Appends all or none; completes when they are on disk. */
  public CompletableFuture<Void> append(List<Event> events) {
    List<Event> all = List.copyOf(events);
    return ledger.change(database -> {
      for (Event event : all) {
        insert(database, event);
      }
    });
  }

  /** Lists events, newest first. */
  public CompletableFuture<List<Event>> list(EventQuery query) {
    StringBuilder sql = new StringBuilder("SELECT * FROM event WHERE id < ? AND at >= ?");
    List<Object> values = new ArrayList<>();
    values.add(query.before());
    values.add(query.since().toEpochMilli());
    if (query.guest() != 0) {
      sql.append(" AND guest = ?");
      values.add(query.guest());
    }
    if (!query.kinds().isEmpty()) {
      sql.append(" AND kind IN (")
          .append(String.join(", ", java.util.Collections.nCopies(query.kinds().size(), "?")))
          .append(')');
      query.kinds().forEach(kind -> values.add(kind.name()));
    }
    sql.append(" ORDER BY id DESC LIMIT ?");
    values.add(query.limit());
    return ledger.read(database -> database.list(sql.toString(), EventLog::map, values.toArray()));
  }

  static void insert(Database database, Event event) throws SQLException {
    Optional<ContentKey> content = event.content();
    @Nullable Object claimed = event.claimed().map(Instant::toEpochMilli).orElse(null);
    @Nullable Object hash = content.map(key -> key.hash().toBytes()).orElse(null);
    @Nullable Object length = content.map(ContentKey::length).orElse(null);
    database.update(
        "INSERT INTO event (at, kind, guest, claimed, hash, length, what, path, process, detail)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        event.at().toEpochMilli(),
        event.kind().name(),
        event.guest(),
        claimed,
        hash,
        length,
        event.what(),
        event.path(),
        event.process(),
        event.detail());
  }

  private static Event map(ResultSet row) throws SQLException {
    long claimed = row.getLong("claimed");
    Optional<Instant> claimedAt =
        row.wasNull() ? Optional.empty() : Optional.of(Ledger.instant(claimed));
    byte @Nullable [] hash = row.getBytes("hash");
    return new Event(
        row.getLong("id"),
        Ledger.instant(row.getLong("at")),
        EventKind.valueOf(row.getString("kind")),
        row.getLong("guest"),
        claimedAt,
        hash == null
            ? Optional.empty()
            : Optional.of(new ContentKey(ContentHash.of(hash), row.getLong("length"))),
        row.getString("what"),
        row.getString("path"),
        row.getString("process"),
        row.getString("detail"));
  }
}
