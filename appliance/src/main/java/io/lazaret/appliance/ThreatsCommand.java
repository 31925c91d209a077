// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.Api;
import io.lazaret.appliance.admin.ApiAnswer;
import io.lazaret.appliance.admin.ApiException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Infected contents and who has them. */
@Command(
    name = "threats",
    description = "List infected contents; show who has one.",
    subcommands = {ThreatsCommand.All.class, ThreatsCommand.One.class})
final class ThreatsCommand extends OperatorCommand {
  @Override
  ApiAnswer ask(Api api) throws ApiException, CommandException {
    return get(api, "GET", "/threats", Map.of("limit", "1000"));
  }

  @Override
  String show(ApiAnswer answer) {
    return answer.table("hash", "length", "threat", "judged");
  }

  /** Lists all. */
  @Command(name = "list", description = "List infected contents, the newest first.")
  static final class All extends OperatorCommand {
    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "GET", "/threats", Map.of("limit", "1000"));
    }

    @Override
    String show(ApiAnswer answer) {
      return answer.table("hash", "length", "threat", "judged");
    }
  }

  /** Who has one. */
  @Command(name = "show", description = "Show which guests accessed a content, and as what.")
  static final class One extends OperatorCommand {
    @Parameters(paramLabel = "HASH", description = "SHA-256, 64 hexadecimal digits.")
    private String hash = "";

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "GET", "/threats/" + hash, Map.of());
    }

    @Override
    String show(ApiAnswer answer) {
      return answer.tableOf("verdicts", "verdict", "threat", "length", "epoch", "judged")
          + "\n\n"
          + answer.tableOf("guests", "guest", "path", "first", "last");
    }
  }
}
