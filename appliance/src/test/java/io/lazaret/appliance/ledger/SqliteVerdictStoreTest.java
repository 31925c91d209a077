// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.appliance.metrics.Metrics;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Holds the ledger's verdicts to {@link VerdictStoreContract}. */
class SqliteVerdictStoreTest extends VerdictStoreContract {
  @TempDir private Path directory;
  private final Metrics metrics = new Metrics();
  private Ledger ledger;

  @BeforeEach
  void open() {
    ledger = Ledger.open(directory.resolve("ledger.db"), LedgerLimits.DEFAULT, metrics);
  }

  @AfterEach
  void close() {
    ledger.close();
    metrics.close();
  }

  @Override
  VerdictStore store() {
    return ledger.verdicts();
  }

  @Override
  VerdictStore reopened() {
    ledger.close();
    open();
    return ledger.verdicts();
  }
}
