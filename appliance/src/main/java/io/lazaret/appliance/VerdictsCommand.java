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

/** Verdicts in the store. */
@Command(
    name = "verdicts",
    description = "List, show and forget verdicts.",
    subcommands = {VerdictsCommand.One.class, VerdictsCommand.Forget.class})
final class VerdictsCommand extends OperatorCommand {
  private static final String[] COLUMNS = {
    "hash", "length", "verdict", "threat", "reason", "epoch", "judged", "domain"
  };

  @Option(
      names = "--limit",
      paramLabel = "NUMBER",
      description = "Most verdicts, the newest first (default: ${DEFAULT-VALUE}).")
  private int limit = 1_000;

  @Override
  ApiAnswer ask(Api api) throws ApiException, CommandException {
    return get(api, "GET", "/verdicts", Map.of("limit", Integer.toString(limit)));
  }

  @Override
  String show(ApiAnswer answer) {
    return answer.table(COLUMNS);
  }

  /** Shows what is known of one content. */
  @Command(name = "show", description = "Show the verdicts of a content.")
  static final class One extends OperatorCommand {
    @Parameters(paramLabel = "HASH", description = "SHA-256, 64 hexadecimal digits.")
    private String hash = "";

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "GET", "/verdicts/" + hash, Map.of());
    }

    @Override
    String show(ApiAnswer answer) {
      return answer.size() == 0 ? "unknown: " + hash : answer.table(COLUMNS);
    }
  }

  /** Forgets one. */
  @Command(name = "forget", description = "Forget a content, so that it is scanned anew.")
  static final class Forget extends OperatorCommand {
    @Parameters(paramLabel = "HASH", description = "SHA-256, 64 hexadecimal digits.")
    private String hash = "";

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "DELETE", "/verdicts/" + hash, Map.of());
    }

    @Override
    String show(ApiAnswer answer) {
      return "forgotten: " + answer.text("forgotten") + " verdicts";
    }
  }
}
