// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.Api;
import io.lazaret.appliance.admin.ApiAnswer;
import io.lazaret.appliance.admin.ApiException;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Enrolment tokens. */
@Command(
    name = "token",
    description = "Make, list and revoke the tokens that guests enrol with.",
    mixinStandardHelpOptions = true,
    subcommands = {TokenCommand.Create.class, TokenCommand.All.class, TokenCommand.Revoke.class})
final class TokenCommand {
  /** Makes one. */
  @Command(name = "create", description = "Make a token and print it, once.")
  static final class Create extends OperatorCommand {
    @Option(
        names = "--tenant",
        paramLabel = "NAME",
        description = "Trust zone of the guest (default: ${DEFAULT-VALUE}).")
    private String tenant = "default";

    @Option(
        names = "--guest",
        paramLabel = "NAME",
        description = "Name of the guest; one that has this name already is replaced.")
    private String guest = "";

    @Option(
        names = "--valid",
        paramLabel = "TIME",
        description = "How long, such as 15m or 7d (default: ${DEFAULT-VALUE}).")
    private String valid = "1h";

    @Option(names = "--template", description = "For a golden image: any number of guests.")
    private boolean template;

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      Map<String, String> values = new HashMap<>();
      values.put("tenant", tenant);
      values.put("guest", guest);
      values.put("valid", valid);
      values.put("template", Boolean.toString(template));
      return get(api, "POST", "/tokens", values);
    }

    @Override
    String show(ApiAnswer answer) {
      return answer.text("token");
    }
  }

  /** Lists all. */
  @Command(name = "list", description = "List the tokens, without their secrets.")
  static final class All extends OperatorCommand {
    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "GET", "/tokens", Map.of());
    }

    @Override
    String show(ApiAnswer answer) {
      return answer.table("number", "tenant", "guest", "used", "uses", "expires", "revoked");
    }
  }

  /** Revokes one. */
  @Command(name = "revoke", description = "Revoke a token.")
  static final class Revoke extends OperatorCommand {
    @Parameters(paramLabel = "NUMBER", description = "Its number, as token list shows it.")
    private String number = "";

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "DELETE", "/tokens/" + number, Map.of());
    }

    @Override
    String show(ApiAnswer answer) {
      return "revoked: token " + number;
    }
  }
}
