// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/** Gives each engine state a number that grows and is never given twice. */
public final class EpochTable {
  private static final int KNOWN_STATES = 1_000;

  private final Ledger ledger;
  private final ConcurrentHashMap<String, Long> known = new ConcurrentHashMap<>();

  EpochTable(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * The number of this state: the one it had before, or one above all others. Waits for the disk:
   * never call it on an event loop.
   */
  public long numberOf(String state) {
    Long number = known.get(state);
    if (number == null) {
      number = lookUp(state);
      if (known.size() >= KNOWN_STATES) {
        known.clear();
      }
      known.put(state, number);
    }
    return number;
  }

  /** A state that is known needs no room on the disk. */
  private long lookUp(String state) {
    try {
      return wait(ledger.write(database -> number(database, state, ledger.now())));
    } catch (LedgerException e) {
      return wait(ledger.read(database ->
          database.first("SELECT number FROM epoch WHERE state = ?", row -> row.getLong(1), state)))
          .orElseThrow(() -> e);
    }
  }

  /** The newest states, newest first. */
  public CompletableFuture<List<Epoch>> newest(int limit) {
    return ledger.read(database ->
        database.list(
            "SELECT number, state, seen FROM epoch ORDER BY number DESC LIMIT ?",
            row -> new Epoch(row.getLong(1), row.getString(2), Ledger.instant(row.getLong(3))),
            limit));
  }

  private static long number(Database database, String state, long now)
      throws java.sql.SQLException {
    return database.number(
        "INSERT INTO epoch (state, seen) VALUES (?, ?)"
            + " ON CONFLICT (state) DO UPDATE SET seen = excluded.seen RETURNING number",
        state,
        now);
  }

  private static <T> T wait(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof LedgerException cause ? cause : e;
    }
  }

  /** One engine state that was seen. */
  public record Epoch(long number, String state, java.time.Instant seen) {}
}
