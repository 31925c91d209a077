// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;

/**
 * The ledger's tables and how an older file becomes a newer one. {@code application_id} tells our
 * files from others', {@code user_version} is the number of migrations that a file has seen.
 */
final class Schema {
  /** "LZRT" in ASCII. */
  private static final int APPLICATION_ID = 0x4C5A5254;

  /** Larger files are checked page by page only when the operator asks for it. */
  private static final long CHECKED_AT_OPEN_BYTES = 64L << 20;

  /** One entry per version; entries are never changed once released, only appended. */
  private static final List<List<String>> MIGRATIONS =
      List.of(
          List.of(
              """
              CREATE TABLE verdict (
                hash BLOB NOT NULL, length INTEGER NOT NULL, domain INTEGER NOT NULL,
                kind INTEGER NOT NULL, reason INTEGER NOT NULL, threat INTEGER NOT NULL,
                epoch INTEGER NOT NULL, judged INTEGER NOT NULL,
                PRIMARY KEY (hash, length, domain)
              ) STRICT, WITHOUT ROWID
              """,
              "CREATE INDEX verdict_judged ON verdict (judged) WHERE kind <> 2",
              "CREATE INDEX verdict_infected ON verdict (judged) WHERE kind = 2",
              "CREATE TABLE threat (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT",
              """
              CREATE TABLE epoch (
                number INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL UNIQUE,
                seen INTEGER NOT NULL
              ) STRICT
              """,
              """
              CREATE TABLE event (
                id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL,
                guest INTEGER NOT NULL, claimed INTEGER, hash BLOB, length INTEGER,
                what TEXT NOT NULL, path TEXT NOT NULL, process TEXT NOT NULL, detail TEXT NOT NULL
              ) STRICT
              """,
              "CREATE INDEX event_guest ON event (guest, id)",
              "CREATE INDEX event_kind ON event (kind, id)",
              "CREATE INDEX event_at ON event (at)",
              """
              CREATE TABLE exposure (
                hash BLOB NOT NULL, domain INTEGER NOT NULL, guest INTEGER NOT NULL,
                path TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
                PRIMARY KEY (hash, domain, guest, path)
              ) STRICT, WITHOUT ROWID
              """,
              "CREATE INDEX exposure_guest ON exposure (guest, last)",
              "CREATE INDEX exposure_last ON exposure (last)",
              """
              CREATE TABLE tenant (
                id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, made INTEGER NOT NULL
              ) STRICT
              """,
              """
              CREATE TABLE guest (
                id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
                tenant INTEGER NOT NULL REFERENCES tenant (id), enrolled INTEGER NOT NULL,
                revoked INTEGER
              ) STRICT
              """,
              """
              CREATE TABLE certificate (
                fingerprint BLOB PRIMARY KEY, serial TEXT NOT NULL,
                guest INTEGER NOT NULL REFERENCES guest (id), made INTEGER NOT NULL,
                expires INTEGER NOT NULL, revoked INTEGER
              ) STRICT, WITHOUT ROWID
              """,
              "CREATE INDEX certificate_guest ON certificate (guest)",
              """
              CREATE TABLE token (
                id INTEGER PRIMARY KEY AUTOINCREMENT, secret BLOB NOT NULL UNIQUE,
                tenant INTEGER NOT NULL REFERENCES tenant (id), guest TEXT, made INTEGER NOT NULL,
                expires INTEGER NOT NULL, uses INTEGER NOT NULL, used INTEGER NOT NULL,
                revoked INTEGER
              ) STRICT
              """),
          List.of(
              """
              CREATE TABLE revocation (
                hash BLOB NOT NULL, length INTEGER NOT NULL, domain INTEGER NOT NULL,
                at INTEGER NOT NULL, PRIMARY KEY (hash, length, domain)
              ) STRICT, WITHOUT ROWID
              """,
              "CREATE INDEX revocation_at ON revocation (domain, at)"),
          List.of(
              """
              CREATE TABLE policy (
                version INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, name TEXT NOT NULL,
                document TEXT NOT NULL, at INTEGER NOT NULL, made_by TEXT NOT NULL
              ) STRICT
              """,
              "CREATE INDEX policy_scope ON policy (scope, name, version)",
              """
              CREATE TABLE scan_order (
                number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,
                made_by TEXT NOT NULL, paths TEXT NOT NULL
              ) STRICT
              """,
              """
              CREATE TABLE scan_target (
                scan INTEGER NOT NULL, guest INTEGER NOT NULL, state TEXT NOT NULL,
                files INTEGER NOT NULL, bytes INTEGER NOT NULL, infected INTEGER NOT NULL,
                at INTEGER NOT NULL, PRIMARY KEY (scan, guest)
              ) STRICT, WITHOUT ROWID
              """,
              "CREATE INDEX scan_target_state ON scan_target (state, scan)"));

  private Schema() {}

  /** Makes a new file in one step: it is there with all its tables, or not at all. */
  static void create(Path file) throws IOException, SQLException {
    Path parent = file.toAbsolutePath().getParent();
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    for (String suffix : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(fresh.resolveSibling(fresh.getFileName() + suffix));
    }
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (Database database = Database.forWriting(fresh)) {
      database.run("PRAGMA application_id = " + APPLICATION_ID);
      migrate(database, 0);
      database.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /** Refuses what is damaged, not ours or newer than this code; brings an older file up to date. */
  static void check(Database database, Path file) throws IOException, SQLException {
    long id = database.number("PRAGMA application_id");
    if (id != APPLICATION_ID) {
      throw new LedgerException(
          file + ": application id " + id + " (expected: " + APPLICATION_ID + ", a ledger)");
    }
    long version = database.number("PRAGMA user_version");
    if (version > MIGRATIONS.size()) {
      throw new LedgerException(
          file
              + ": schema version "
              + version
              + " (expected: at most "
              + MIGRATIONS.size()
              + "; it was written by a newer appliance)");
    }
    if (Files.size(file) <= CHECKED_AT_OPEN_BYTES) {
      checkPages(database, file);
    }
    migrate(database, (int) version);
  }

  /** Looks at every page; takes about a second per gigabyte. */
  static void checkPages(Database database, Path file) throws SQLException {
    String found =
        database.first("PRAGMA quick_check(1)", row -> row.getString(1)).orElse("no answer");
    if (!"ok".equals(found)) {
      throw new LedgerException(file + ": damaged: " + found + " (restore it from a backup)");
    }
  }

  private static void migrate(Database database, int from) throws SQLException {
    for (int version = from; version < MIGRATIONS.size(); version++) {
      database.run("BEGIN IMMEDIATE");
      for (String statement : MIGRATIONS.get(version)) {
        database.run(statement);
      }
      database.run("PRAGMA user_version = " + (version + 1));
      database.run("COMMIT");
    }
  }
}
