// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.HealthCheck;
import io.lazaret.appliance.engine.Engine;
import io.lazaret.appliance.engine.EngineStatus;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.verdict.VerdictService;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What must hold; the appliance is healthy when all of it does. */
final class Health {
  private static final long LEAST_DISK = 128L << 20;

  private Health() {}

  static List<HealthCheck> checks(
      Engine engine, Ledger ledger, VerdictService verdicts, BooleanSupplier stopping, Path state) {
    return List.of(
        new HealthCheck("engine", () -> engineProblem(engine.status())),
        new HealthCheck("ledger", ledger::problem),
        new HealthCheck("verdicts", verdicts::problem),
        new HealthCheck("server", () -> stopping.getAsBoolean() ? "stopping" : ""),
        new HealthCheck("disk", () -> diskProblem(state)));
  }

  private static String engineProblem(EngineStatus status) {
    if (status.ready()) {
      return "";
    }
    return status.problem().isEmpty() ? "not ready" : status.problem();
  }

  private static String diskProblem(Path state) {
    long free = state.toFile().getUsableSpace();
    return free >= LEAST_DISK
        ? ""
        : (free >> 20) + " MiB free (expected: " + (LEAST_DISK >> 20) + ")";
  }
}
