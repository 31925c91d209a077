// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.Api;
import io.lazaret.appliance.admin.ApiAnswer;
import io.lazaret.appliance.admin.ApiException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What costs most. */
@Command(
    name = "top",
    description =
        "Show which files, processes or guests cost most, over the last 10 to 20 minutes.")
final class TopCommand extends OperatorCommand {
  @Parameters(
      arity = "0..1",
      defaultValue = "files",
      paramLabel = "WHAT",
      description = "files (preset), processes or guests.")
  private String what = "";

  @Option(
      names = "--by",
      defaultValue = "asks",
      paramLabel = "COST",
      description = "asks (preset), bytes (received) or scan-time.")
  private String by = "";

  @Option(
      names = "--limit",
      defaultValue = "20",
      paramLabel = "N",
      description = "At most so many (preset: 20).")
  private String limit = "";

  @Override
  ApiAnswer ask(Api api) throws ApiException, CommandException {
    return get(api, "GET", "/top/" + what, Map.of("by", by, "limit", limit));
  }

  @Override
  String show(ApiAnswer answer) {
    String cost = by.equals("scan-time") ? "seconds" : by;
    String table =
        switch (what) {
          case "processes" -> answer.table(cost, "share", "process");
          case "guests" -> answer.table(cost, "share", "guest");
          default -> answer.table(cost, "share", "hash", "path");
        };
    return table
        + "\n\nsince "
        + answer.text("since")
        + ", "
        + cost
        + " in all: "
        + answer.text("total")
        + ", each may be more by "
        + answer.text("error");
  }
}
