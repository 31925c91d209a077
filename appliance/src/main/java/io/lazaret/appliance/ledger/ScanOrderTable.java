// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Ordered scans and how far each guest is with them. */
public final class ScanOrderTable {
  private static final String ORDERS = "SELECT number, at, made_by, paths FROM scan_order ";
  private static final String TARGETS =
      "SELECT scan, guest, state, files, bytes, infected, at FROM scan_target ";

  private final Ledger ledger;

  ScanOrderTable(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Keeps an order for these guests and the event that tells of it, and gives its number. */
  public CompletableFuture<ScanOrderRow> add(
      List<String> paths, Collection<Long> guests, String by, Event event) {
    List<Long> targets = List.copyOf(guests);
    return ledger.write(database -> {
      long now = ledger.now();
      long number =
          database.number(
              "INSERT INTO scan_order (at, made_by, paths) VALUES (?, ?, ?) RETURNING number",
              now,
              by,
              String.join("\n", paths));
      for (Long guest : targets) {
        database.update(
            "INSERT INTO scan_target (scan, guest, state, files, bytes, infected, at)"
                + " VALUES (?, ?, 'waiting', 0, 0, 0, ?)",
            number,
            guest,
            now);
      }
      EventLog.insert(database, event);
      return new ScanOrderRow(number, Ledger.instant(now), by, paths);
    });
  }

  /** Notes how far one guest is, and with it an event, if there is one. */
  public CompletableFuture<Void> update(ScanTargetRow target, Optional<Event> event) {
    return ledger.change(database -> {
      database.update(
          "UPDATE scan_target SET state = ?, files = ?, bytes = ?, infected = ?, at = ?"
              + " WHERE scan = ? AND guest = ?",
          target.state(),
          target.files(),
          target.bytes(),
          target.infected(),
          target.at().toEpochMilli(),
          target.order(),
          target.guest());
      if (event.isPresent()) {
        EventLog.insert(database, event.get());
      }
    });
  }

  /** The newest orders. */
  public CompletableFuture<List<ScanOrderRow>> newest(int limit) {
    return ledger.read(database ->
        database.list(ORDERS + "ORDER BY number DESC LIMIT ?", ScanOrderTable::order, limit));
  }

  /** One order. */
  public CompletableFuture<Optional<ScanOrderRow>> order(long number) {
    return ledger.read(
        database -> database.first(ORDERS + "WHERE number = ?", ScanOrderTable::order, number));
  }

  /** All guests of one order. */
  public CompletableFuture<List<ScanTargetRow>> targets(long order) {
    return ledger.read(database ->
        database.list(TARGETS + "WHERE scan = ? ORDER BY guest", ScanOrderTable::target, order));
  }

  /** All that wait or run, the oldest order first. */
  public CompletableFuture<List<ScanTargetRow>> open() {
    return ledger.read(database ->
        database.list(
            TARGETS + "WHERE state IN ('waiting', 'running') ORDER BY scan, guest",
            ScanOrderTable::target));
  }

  private static ScanOrderRow order(ResultSet row) throws SQLException {
    return new ScanOrderRow(
        row.getLong(1),
        Ledger.instant(row.getLong(2)),
        row.getString(3),
        Arrays.asList(row.getString(4).split("\n")));
  }

  private static ScanTargetRow target(ResultSet row) throws SQLException {
    return new ScanTargetRow(
        row.getLong(1),
        row.getLong(2),
        row.getString(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        Ledger.instant(row.getLong(7)));
  }
}
