// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Tenants, guests, their certificates and the tokens that make them. */
public final class IdentityTables {
  private static final String GUESTS =
      "SELECT g.id, g.name, g.tenant, t.name, g.enrolled, g.revoked"
          + " FROM guest g JOIN tenant t ON t.id = g.tenant ";
  private static final String TOKENS =
      "SELECT k.id, t.name, k.guest, k.made, k.expires, k.uses, k.used, k.revoked"
          + " FROM token k JOIN tenant t ON t.id = k.tenant ";

  private final Ledger ledger;

  IdentityTables(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Number of the tenant with this name, which is made when there is none. */
  public CompletableFuture<Integer> tenant(String name) {
    return ledger.write(database -> tenant(database, name, ledger.now()));
  }

  /** Whether there is a tenant with this name. */
  public CompletableFuture<Boolean> hasTenant(String name) {
    return ledger.read(
        database -> database.number("SELECT count(*) FROM tenant WHERE name = ?", name) > 0);
  }

  /** All guests, by name. */
  public CompletableFuture<List<GuestRow>> guests() {
    return ledger.read(
        database -> database.list(GUESTS + "ORDER BY g.name", IdentityTables::guest));
  }

  /** All certificates that neither expired nor were revoked. */
  public CompletableFuture<List<CertificateRow>> liveCertificates() {
    return ledger.read(database ->
        database.list(
            "SELECT fingerprint, serial, guest, expires FROM certificate"
                + " WHERE revoked IS NULL AND expires > ?",
            row ->
                new CertificateRow(
                    new Fingerprint(row.getBytes(1)),
                    row.getString(2),
                    row.getLong(3),
                    Ledger.instant(row.getLong(4))),
            ledger.now()));
  }

  /** All tokens, newest first. */
  public CompletableFuture<List<TokenRow>> tokens() {
    return ledger.read(
        database -> database.list(TOKENS + "ORDER BY k.id DESC", IdentityTables::token));
  }

  /**
   * Keeps a new token by the hash of its secret and gives its number; none when the guest that it
   * is for belongs to another tenant.
   */
  public CompletableFuture<Optional<Long>> addToken(
      byte[] secretHash, String tenant, Optional<String> guest, Instant expires, int uses) {
    return ledger.write(database -> {
      long now = ledger.now();
      int owner = tenant(database, tenant, now);
      if (guest.isPresent() && ofOtherTenant(database, guest.get(), owner)) {
        return Optional.empty();
      }
      @Nullable Object name = guest.orElse(null);
      return Optional.of(
          database.number(
              "INSERT INTO token (secret, tenant, guest, made, expires, uses, used)"
                  + " VALUES (?, ?, ?, ?, ?, ?, 0) RETURNING id",
              secretHash,
              owner,
              name,
              now,
              expires.toEpochMilli(),
              uses));
    });
  }

  /** Revokes a token; false when there is none that is not revoked yet. */
  public CompletableFuture<Boolean> revokeToken(long id) {
    return ledger.write(database ->
        database.update(
                "UPDATE token SET revoked = ? WHERE id = ? AND revoked IS NULL", ledger.now(), id)
            > 0);
  }

  /**
   * Uses up one use of the token, makes the guest and keeps its certificate, all or nothing; none
   * when the token is unknown, used up, expired or revoked.
   *
   * @param wantedName the guest's name unless the token names one; it gets a suffix when it is
   *     taken
   * @param issuer makes the certificate; called on the ledger's thread, it must be quick
   */
  public CompletableFuture<Optional<EnrolledRow>> enrol(
      byte[] secretHash, String wantedName, Issuer issuer) {
    return ledger.write(database -> {
      long now = ledger.now();
      Optional<TokenRow> token =
          database.first(TOKENS + "WHERE k.secret = ?", IdentityTables::token, secretHash);
      if (token.isEmpty() || !token.get().usable(Ledger.instant(now))) {
        return Optional.empty();
      }
      int tenant = tenant(database, token.get().tenant(), now);
      Optional<String> fixed = token.get().guest();
      if (fixed.isPresent() && ofOtherTenant(database, fixed.get(), tenant)) {
        return Optional.empty();
      }
      database.update("UPDATE token SET used = used + 1 WHERE id = ?", token.get().id());
      long guest =
          fixed.isPresent()
              ? replaceGuest(database, fixed.get(), tenant, now)
              : addGuest(database, wantedName, tenant, now);
      GuestRow row = guestById(database, guest);
      IssuedRow issued = issuer.issue(row);
      insertCertificate(database, issued.certificate(), now);
      return Optional.of(new EnrolledRow(row, issued, token.get().id()));
    });
  }

  /**
   * Keeps a guest's next certificate; of its older ones only that of its session stays. False when
   * the guest, or that one, was revoked meanwhile.
   */
  public CompletableFuture<Boolean> renew(CertificateRow next, Fingerprint session) {
    return ledger.write(database -> {
      if (guestById(database, next.guest()).revoked().isPresent()
          || database
              .first(
                  "SELECT 1 FROM certificate"
                      + " WHERE fingerprint = ? AND guest = ? AND revoked IS NULL",
                  row -> row.getInt(1),
                  session.bytes(),
                  next.guest())
              .isEmpty()) {
        return false;
      }
      long now = ledger.now();
      database.update(
          "UPDATE certificate SET revoked = ?"
              + " WHERE guest = ? AND fingerprint <> ? AND revoked IS NULL",
          now,
          next.guest(),
          session.bytes());
      insertCertificate(database, next, now);
      return true;
    });
  }

  /** Revokes a guest and all its certificates; false when it is unknown. */
  public CompletableFuture<Boolean> revokeGuest(long guest) {
    return ledger.write(database -> {
      long now = ledger.now();
      revokeCertificates(database, guest, now);
      return database.update(
              "UPDATE guest SET revoked = coalesce(revoked, ?) WHERE id = ?", now, guest)
          > 0;
    });
  }

  private static long addGuest(Database database, String wanted, int tenant, long now)
      throws SQLException {
    String name = wanted;
    long suffix = database.number("SELECT coalesce(max(id), 0) + 1 FROM guest");
    while (guestId(database, name).isPresent()) {
      name = wanted + "-" + suffix;
      suffix++;
    }
    return insertGuest(database, name, tenant, now);
  }

  private static long replaceGuest(Database database, String name, int tenant, long now)
      throws SQLException {
    Optional<Long> known = guestId(database, name);
    if (known.isEmpty()) {
      return insertGuest(database, name, tenant, now);
    }
    revokeCertificates(database, known.get(), now);
    database.update("UPDATE guest SET revoked = NULL, enrolled = ? WHERE id = ?", now, known.get());
    return known.get();
  }

  private static long insertGuest(Database database, String name, int tenant, long now)
      throws SQLException {
    return database.number(
        "INSERT INTO guest (name, tenant, enrolled) VALUES (?, ?, ?) RETURNING id",
        name,
        tenant,
        now);
  }

  private static void insertCertificate(Database database, CertificateRow row, long now)
      throws SQLException {
    database.update(
        "INSERT INTO certificate (fingerprint, serial, guest, made, expires)"
            + " VALUES (?, ?, ?, ?, ?)",
        row.fingerprint().bytes(),
        row.serial(),
        row.guest(),
        now,
        row.expires().toEpochMilli());
  }

  private static void revokeCertificates(Database database, long guest, long now)
      throws SQLException {
    database.update(
        "UPDATE certificate SET revoked = ? WHERE guest = ? AND revoked IS NULL", now, guest);
  }

  private static int tenant(Database database, String name, long now) throws SQLException {
    return (int)
        database.number(
            "INSERT INTO tenant (name, made) VALUES (?, ?)"
                + " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
            name,
            now);
  }

  private static boolean ofOtherTenant(Database database, String guest, int tenant)
      throws SQLException {
    return database
        .first(
            "SELECT 1 FROM guest WHERE name = ? AND tenant <> ?",
            row -> row.getInt(1),
            guest,
            tenant)
        .isPresent();
  }

  private static Optional<Long> guestId(Database database, String name) throws SQLException {
    return database.first("SELECT id FROM guest WHERE name = ?", row -> row.getLong(1), name);
  }

  private static GuestRow guestById(Database database, long id) throws SQLException {
    return database
        .first(GUESTS + "WHERE g.id = ?", IdentityTables::guest, id)
        .orElseThrow(() -> new SQLException("guest: " + id));
  }

  private static GuestRow guest(ResultSet row) throws SQLException {
    return new GuestRow(
        row.getLong(1),
        row.getString(2),
        row.getInt(3),
        row.getString(4),
        Ledger.instant(row.getLong(5)),
        time(row, 6));
  }

  private static TokenRow token(ResultSet row) throws SQLException {
    return new TokenRow(
        row.getLong(1),
        row.getString(2),
        Optional.ofNullable(row.getString(3)),
        Ledger.instant(row.getLong(4)),
        Ledger.instant(row.getLong(5)),
        row.getInt(6),
        row.getInt(7),
        time(row, 8));
  }

  private static Optional<Instant> time(ResultSet row, int column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Ledger.instant(millis));
  }

  /** Makes the certificate of a guest that was just given its number and name. */
  @FunctionalInterface
  public interface Issuer {
    IssuedRow issue(GuestRow guest);
  }
}
