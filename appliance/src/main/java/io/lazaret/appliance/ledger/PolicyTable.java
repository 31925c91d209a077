// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The policies of all scopes, each change a version of its own. */
public final class PolicyTable {
  private static final String COLUMNS = "SELECT version, scope, name, document, at, made_by ";

  private final Ledger ledger;

  PolicyTable(Ledger ledger) {
    this.ledger = ledger;
  }

  /** The newest version of each scope that has a policy. */
  public CompletableFuture<List<PolicyRow>> current() {
    return ledger.read(database ->
        database.list(
            COLUMNS
                + "FROM policy WHERE document <> '' AND version IN"
                + " (SELECT max(version) FROM policy GROUP BY scope, name) ORDER BY scope, name",
            PolicyTable::map));
  }

  /** One version. */
  public CompletableFuture<Optional<PolicyRow>> version(long version) {
    return ledger.read(database ->
        database.first(COLUMNS + "FROM policy WHERE version = ?", PolicyTable::map, version));
  }

  /**
   * Adds a version and the event that tells of it, and gives its number.
   *
   * @param document empty to take the policy away
   */
  public CompletableFuture<Long> add(
      String scope, String name, String document, String by, Event event) {
    return ledger.write(database -> {
      long version =
          database.number(
              "INSERT INTO policy (scope, name, document, at, made_by) VALUES (?, ?, ?, ?, ?)"
                  + " RETURNING version",
              scope,
              name,
              document,
              ledger.now(),
              by);
      EventLog.insert(database, event);
      return version;
    });
  }

  private static PolicyRow map(ResultSet row) throws SQLException {
    return new PolicyRow(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        Ledger.instant(row.getLong(5)),
        row.getString(6));
  }
}
