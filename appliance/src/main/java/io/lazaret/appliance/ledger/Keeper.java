// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ledger within its bounds: writes noted exposures every few seconds, removes what is too
 * old or too much every few minutes, in slices so that other writes go on between them.
 */
final class Keeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Keeper.class);
  private static final int SLICE = 1_000;
  private static final int FLUSH_SECONDS = 5;
  private static final int PRUNE_SECONDS = 600;
  private static final int EPOCHS = 10_000;
  private static final int REVOCATIONS = 100_000;

  private final Ledger ledger;
  private final LedgerLimits limits;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("ledger-keeper").daemon().factory());
  private volatile boolean closed;

  Keeper(Ledger ledger, LedgerLimits limits) {
    this.ledger = ledger;
    this.limits = limits;
  }

  void start() {
    every(FLUSH_SECONDS, "flush", () -> ledger.exposures().flush().join());
    every(PRUNE_SECONDS, "prune", this::pruneAll);
  }

  /** Prunes now, on the keeper's thread. */
  CompletableFuture<Void> prune() {
    return CompletableFuture.runAsync(this::pruneAll, timer);
  }

  /** Ends after the slice in hand. */
  @Override
  public void close() {
    closed = true;
    timer.close();
  }

  private void pruneAll() {
    long old = ledger.now() - limits.keep().toMillis();
    long oldVerdict = ledger.now() - limits.keepVerdicts().toMillis();
    slices("DELETE FROM event WHERE id IN (SELECT id FROM event WHERE at < ? LIMIT ?)", old);
    slices(
        "DELETE FROM exposure WHERE (hash, domain, guest, path) IN"
            + " (SELECT hash, domain, guest, path FROM exposure WHERE last < ? LIMIT ?)",
        old);
    slices(
        "DELETE FROM verdict WHERE (hash, length, domain) IN"
            + " (SELECT hash, length, domain FROM verdict WHERE kind <> 2 AND judged < ? LIMIT ?)",
        oldVerdict);
    slices(
        "DELETE FROM certificate WHERE fingerprint IN"
            + " (SELECT fingerprint FROM certificate WHERE expires < ? LIMIT ?)",
        old);
    slices(
        "DELETE FROM revocation WHERE (hash, length, domain) IN"
            + " (SELECT hash, length, domain FROM revocation WHERE at < ? LIMIT ?)",
        old);
    slices(
        "DELETE FROM revocation WHERE (hash, length, domain) IN"
            + " (SELECT hash, length, domain FROM revocation ORDER BY at LIMIT"
            + " min(max((SELECT count(*) FROM revocation) - ?, 0), ?))",
        REVOCATIONS);
    slices("DELETE FROM token WHERE id IN (SELECT id FROM token WHERE expires < ? LIMIT ?)", old);
    slices(
        "DELETE FROM epoch WHERE number IN (SELECT number FROM epoch"
            + " WHERE number < (SELECT max(number) FROM epoch) - ? LIMIT ?)",
        EPOCHS);
    slices(
        "DELETE FROM policy WHERE version IN (SELECT version FROM policy WHERE at < ? AND version"
            + " NOT IN (SELECT max(version) FROM policy GROUP BY scope, name) LIMIT ?)",
        old);
    slices(
        "DELETE FROM scan_target WHERE (scan, guest) IN (SELECT scan, guest FROM scan_target"
            + " WHERE state IN ('finished', 'cancelled') AND at < ? LIMIT ?)",
        old);
    slices(
        "DELETE FROM scan_order WHERE number IN (SELECT number FROM scan_order WHERE at < ?"
            + " AND number NOT IN (SELECT scan FROM scan_target) LIMIT ?)",
        old);
    pruneVerdicts();
    pruneLargest(
        "event",
        limits.events(),
        "DELETE FROM event WHERE id IN"
            + " (SELECT id FROM event WHERE guest = ? ORDER BY id LIMIT ?)");
    pruneLargest(
        "exposure",
        limits.exposures(),
        "DELETE FROM exposure WHERE (hash, domain, guest, path) IN (SELECT hash, domain, guest,"
            + " path FROM exposure WHERE guest = ? ORDER BY last LIMIT ?)");
  }

  private void pruneVerdicts() {
    long over = count("SELECT count(*) FROM verdict") - limits.verdicts();
    while (over > 0 && !closed) {
      long changed =
          delete(
              "DELETE FROM verdict WHERE (hash, length, domain) IN (SELECT hash, length, domain"
                  + " FROM verdict WHERE kind <> 2 ORDER BY judged LIMIT ?)",
              Math.min(over, SLICE));
      if (changed == 0) {
        changed =
            delete(
                "DELETE FROM verdict WHERE (hash, length, domain) IN (SELECT hash, length, domain"
                    + " FROM verdict WHERE kind = 2 ORDER BY judged LIMIT ?)",
                Math.min(over, SLICE));
      }
      over -= changed;
    }
  }

  /** While there are too many rows, the guest with the most loses its oldest. */
  private void pruneLargest(String table, long most, String delete) {
    long over = count("SELECT count(*) FROM " + table) - most;
    while (over > 0 && !closed) {
      long largest =
          count("SELECT guest FROM " + table + " GROUP BY guest ORDER BY count(*) DESC LIMIT 1");
      over -= delete(delete, largest, Math.min(over, SLICE));
    }
  }

  private void slices(String delete, long bound) {
    long changed = SLICE;
    while (changed == SLICE && !closed) {
      changed = delete(delete, bound, SLICE);
    }
  }

  private long delete(String sql, @Nullable Object... values) {
    return ledger.write(database -> database.update(sql, values)).join();
  }

  private long count(String sql) {
    return ledger.read(database -> database.number(sql)).join();
  }

  /** Does it every so many seconds; a failure is logged and does not end that. */
  private void every(int seconds, String task, Runnable work) {
    Runnable guarded =
        () -> {
          try {
            work.run();
          } catch (CompletionException e) {
            log.warn("ledger {} failed cause={}", task, e.getMessage());
          }
        };
    Future<?> endless = timer.scheduleWithFixedDelay(guarded, seconds, seconds, TimeUnit.SECONDS);
    log.debug("scheduled task={} done={}", task, endless.isDone());
  }
}
