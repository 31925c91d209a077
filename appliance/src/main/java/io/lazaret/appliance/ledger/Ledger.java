// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that must survive, in one SQLite file that one process has open.
 *
 * <p>All methods that touch the disk return futures: the work is done on the ledger's own platform
 * threads, one that writes and a few that read. A future of a write completes when the write is on
 * the disk (write-ahead log, synced at every commit but those of clean verdicts alone). When too
 * many wait, the future completes exceptionally at once.
 */
public final class Ledger implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Ledger.class);

  private final Path file;
  private final FileChannel lock;
  private final Database writing;
  private final InstantSource clock;
  private final LedgerWriter writer;
  private final LedgerReaders readers;
  private final StoredContents stored;
  private final VerdictTable verdicts;
  private final EpochTable epochs = new EpochTable(this);
  private final EventLog events = new EventLog(this);
  private final IdentityTables identities = new IdentityTables(this);
  private final PolicyTable policies = new PolicyTable(this);
  private final ScanOrderTable scanOrders = new ScanOrderTable(this);
  private final ExposureLedger exposures;
  private final Keeper keeper;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Ledger(
      Path file,
      FileChannel lock,
      Database writing,
      LedgerLimits limits,
      Metrics metrics,
      InstantSource clock,
      boolean afterKill)
      throws SQLException {
    this.file = file;
    this.lock = lock;
    this.writing = writing;
    this.clock = clock;
    stored = StoredContents.forFile(bytes(file));
    verdicts = new VerdictTable(this, stored, metrics);
    writer = new LedgerWriter(writing, limits.queue(), metrics);
    exposures = new ExposureLedger(this, limits, metrics, afterKill);
    keeper = new Keeper(this, limits);
    readers = new LedgerReaders(file, limits.readers(), limits.queue(), metrics);
    metrics.gauge(Metric.LEDGER_BYTES, this::bytes);
  }

  /**
   * Opens the file, or makes it when there is none. A file that is damaged, foreign, from a newer
   * appliance or open in another process is refused and left as it is.
   *
   * @throws LedgerException when the file cannot be used; the message says why
   */
  public static Ledger open(Path file, LedgerLimits limits, Metrics metrics, InstantSource clock) {
    FileChannel lock = null;
    Database writing = null;
    try {
      lock = lock(file);
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        Schema.create(file);
        log.info("ledger made file={}", file);
      } else if (Files.size(file) == 0) {
        throw new LedgerException(file + ": empty (expected: a ledger; restore it from a backup)");
      }
      // Closing in order empties it.
      boolean afterKill = file.resolveSibling(file.getFileName() + "-wal").toFile().length() > 0;
      writing = Database.forWriting(file);
      Schema.check(writing, file);
      Ledger ledger = new Ledger(file, lock, writing, limits, metrics, clock, afterKill);
      ledger.writer.start();
      ledger.keeper.start();
      ledger.stored.load(ledger);
      return ledger;
    } catch (SQLException e) {
      // Damage shows as an error wherever it lies where something is read.
      boolean damaged = String.valueOf(e.getMessage()).startsWith("[SQLITE_CORRUPT]");
      String what = damaged ? ": damaged (restore it from a backup): " : ": ";
      throw closed(lock, writing, new LedgerException(file + what + e.getMessage(), e));
    } catch (IOException e) {
      throw closed(lock, writing, new LedgerException(file + ": cannot be used: " + e, e));
    } catch (LedgerException e) {
      throw closed(lock, writing, e);
    }
  }

  /** Opens the file with the system's clock. */
  public static Ledger open(Path file, LedgerLimits limits, Metrics metrics) {
    return open(file, limits, metrics, InstantSource.system());
  }

  /** The verdicts. */
  public VerdictTable verdicts() {
    return verdicts;
  }

  /** The engine states and their numbers. */
  public EpochTable epochs() {
    return epochs;
  }

  /** What happened. */
  public EventLog events() {
    return events;
  }

  /** Who accessed what. */
  public ExposureLedger exposures() {
    return exposures;
  }

  /** Tenants, guests, certificates and tokens. */
  public IdentityTables identities() {
    return identities;
  }

  /** What operators want of guests. */
  public PolicyTable policies() {
    return policies;
  }

  /** Scans that operators ordered. */
  public ScanOrderTable scanOrders() {
    return scanOrders;
  }

  /** Why the ledger is of no use at the moment; empty when it is. */
  public String problem() {
    return writer.problem();
  }

  /** Removes what is too old or too much; runs by itself every few minutes. */
  public CompletableFuture<Void> prune() {
    return keeper.prune();
  }

  /** Looks at every page of the file; takes about a second per gigabyte. */
  public CompletableFuture<Void> verify() {
    return read(
            database -> {
              Schema.checkPages(database, file);
              return true;
            })
        .thenAccept(ignored -> {});
  }

  /** Writes what waits, then closes the file. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    keeper.close();
    CompletableFuture<Void> last = exposures.flush();
    writer.close();
    if (last.isCompletedExceptionally()) {
      log.warn("the last exposures were not written");
    }
    readers.close();
    try (lock;
        writing) {
      writing.run("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (SQLException | IOException e) {
      log.warn("ledger not closed in order file={} cause={}", file, e.getMessage());
    }
  }

  <T> CompletableFuture<T> write(Database.Work<T> work) {
    return writer.write(work);
  }

  CompletableFuture<Void> change(Database.Action action) {
    return writer.write(asWork(action)).thenAccept(ignored -> {});
  }

  /** The same at once, because somebody is held up by it. */
  CompletableFuture<Void> changeNow(Database.Action action) {
    return writer.writeNow(asWork(action)).thenAccept(ignored -> {});
  }

  /** Changes something that can be found out again: see {@link LedgerWriter#writeCache}. */
  CompletableFuture<Void> changeCache(Database.Action action, boolean now) {
    return writer.writeCache(asWork(action), now).thenAccept(ignored -> {});
  }

  private static Database.Work<Boolean> asWork(Database.Action action) {
    return database -> {
      action.run(database);
      return true;
    };
  }

  <T> CompletableFuture<T> read(Database.Work<T> work) {
    return readers.read(work);
  }

  /** Now, in milliseconds since 1970. */
  long now() {
    return clock.millis();
  }

  static Instant instant(long millis) {
    return Instant.ofEpochMilli(millis);
  }

  private double bytes() {
    return bytes(file);
  }

  private static long bytes(Path file) {
    long sum = 0;
    for (String suffix : List.of("", "-wal")) {
      sum += file.resolveSibling(file.getFileName() + suffix).toFile().length();
    }
    return sum;
  }

  private static FileChannel lock(Path file) throws IOException {
    Path path = file.resolveSibling(file.getFileName() + ".lock");
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock held = channel.tryLock();
      if (held != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      log.debug("open in this process already file={}", file);
    }
    channel.close();
    throw new LedgerInUseException(file + ": in use by another process");
  }

  private static LedgerException closed(
      @Nullable FileChannel lock, @Nullable Database writing, LedgerException cause) {
    try (lock;
        writing) {
      return cause;
    } catch (IOException | SQLException e) {
      cause.addSuppressed(e);
      return cause;
    }
  }
}
