// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** One SQLite connection and its prepared statements; used by one thread. */
final class Database implements AutoCloseable {
  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  private Database(Connection connection) {
    this.connection = connection;
  }

  /**
   * The one connection that writes. Write-ahead log with {@code synchronous=FULL}: a commit returns
   * when the log is on the disk, so what was acknowledged survives kill -9 and loss of power.
   */
  static Database forWriting(Path file) throws SQLException {
    Database database = new Database(connect(file));
    try {
      database.run("PRAGMA busy_timeout = 5000");
      database.run("PRAGMA journal_mode = WAL");
      database.run("PRAGMA synchronous = FULL");
      database.run("PRAGMA journal_size_limit = 67108864");
      database.run("PRAGMA temp_store = MEMORY");
      return database;
    } catch (SQLException e) {
      database.closeAfter(e);
      throw e;
    }
  }

  static Database forReading(Path file) throws SQLException {
    Database database = new Database(connect(file));
    try {
      database.run("PRAGMA busy_timeout = 5000");
      database.run("PRAGMA query_only = true");
      return database;
    } catch (SQLException e) {
      database.closeAfter(e);
      throw e;
    }
  }

  /** Without the driver's own query after each insert for the key that it made. */
  private static Connection connect(Path file) throws SQLException {
    Properties options = new Properties();
    options.setProperty("jdbc.get_generated_keys", "false");
    return DriverManager.getConnection("jdbc:sqlite:" + file, options);
  }

  /** Runs one statement that is not worth preparing. */
  void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Runs one prepared statement and says how many rows it changed. */
  int update(String sql, @Nullable Object... values) throws SQLException {
    try {
      return prepare(sql, values).executeUpdate();
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** Runs one prepared query and maps its rows. */
  <T> List<T> list(String sql, Mapper<T> mapper, @Nullable Object... values) throws SQLException {
    List<T> rows = new ArrayList<>();
    try (ResultSet result = prepare(sql, values).executeQuery()) {
      while (result.next()) {
        rows.add(mapper.map(result));
      }
    } catch (SQLException e) {
      throw failed(sql, e);
    }
    return rows;
  }

  /** Runs one prepared query and maps its first row. */
  <T> Optional<T> first(String sql, Mapper<T> mapper, @Nullable Object... values)
      throws SQLException {
    try (ResultSet result = prepare(sql, values).executeQuery()) {
      return result.next() ? Optional.of(mapper.map(result)) : Optional.empty();
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** The number in the first column of the only row. */
  long number(String sql, @Nullable Object... values) throws SQLException {
    return first(sql, row -> row.getLong(1), values)
        .orElseThrow(() -> new SQLException("no row: " + sql));
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private PreparedStatement prepare(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  /**
   * The driver closes a statement that failed, of a full disk for example: it is of no more use.
   */
  private SQLException failed(String sql, SQLException cause) {
    try (@Nullable PreparedStatement _ = statements.remove(sql)) {
      return cause;
    } catch (SQLException e) {
      cause.addSuppressed(e);
      return cause;
    }
  }

  private void closeAfter(SQLException cause) {
    try {
      connection.close();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /** Makes a value of the row that the result stands on. */
  @FunctionalInterface
  interface Mapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  /** What is done with a connection. */
  @FunctionalInterface
  interface Work<T> {
    T run(Database database) throws SQLException;
  }

  /** What is done with a connection when nothing comes of it but its effect. */
  @FunctionalInterface
  interface Action {
    void run(Database database) throws SQLException;
  }
}
