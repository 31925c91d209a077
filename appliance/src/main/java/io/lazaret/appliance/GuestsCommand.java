// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.Api;
import io.lazaret.appliance.admin.ApiAnswer;
import io.lazaret.appliance.admin.ApiException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Enrolled guests. */
@Command(
    name = "guests",
    description = "List, show and revoke guests.",
    subcommands = {GuestsCommand.All.class, GuestsCommand.One.class, GuestsCommand.Revoke.class})
final class GuestsCommand extends OperatorCommand {
  @Override
  ApiAnswer ask(Api api) throws ApiException, CommandException {
    return get(api, "GET", "/guests", Map.of());
  }

  @Override
  String show(ApiAnswer answer) {
    return answer.table(
        "name", "tenant", "state", "address", "since", "policy", "policyInForce", "revoked");
  }

  /** Lists all. */
  @Command(name = "list", description = "List the guests.")
  static final class All extends OperatorCommand {
    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "GET", "/guests", Map.of());
    }

    @Override
    String show(ApiAnswer answer) {
      return answer.table(
          "name", "tenant", "state", "address", "since", "policy", "policyInForce", "revoked");
    }
  }

  /** Shows one. */
  @Command(name = "show", description = "Show one guest.")
  static final class One extends OperatorCommand {
    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name = "";

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "GET", "/guests/" + name, Map.of());
    }

    @Override
    String show(ApiAnswer answer) {
      String figures = answer.fields("figures");
      return answer.fields() + (figures.isEmpty() ? "" : "\n\n" + figures);
    }
  }

  /** Revokes one. */
  @Command(
      name = "revoke",
      description = "Revoke a guest: its certificates stop counting and its session ends.")
  static final class Revoke extends OperatorCommand {
    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name = "";

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "DELETE", "/guests/" + name, Map.of());
    }

    @Override
    String show(ApiAnswer answer) {
      return "revoked: " + name;
    }
  }
}
