// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.Api;
import io.lazaret.appliance.admin.ApiAnswer;
import io.lazaret.appliance.admin.ApiException;
import java.util.Map;
import picocli.CommandLine.Command;

/** The engine's signatures. */
@Command(
    name = "signatures",
    description = "Show, reload and roll back the engine's signatures.",
    mixinStandardHelpOptions = true,
    subcommands = {
      SignaturesCommand.Status.class,
      SignaturesCommand.Reload.class,
      SignaturesCommand.Rollback.class
    })
final class SignaturesCommand {
  /** Shows them. */
  @Command(name = "status", description = "Show the engine's state and its signatures.")
  static final class Status extends OperatorCommand {
    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "GET", "/signatures", Map.of());
    }

    @Override
    String show(ApiAnswer answer) {
      return answer.fields();
    }
  }

  /** Looks for new ones. */
  @Command(name = "reload", description = "Look for new signatures now and wait for the outcome.")
  static final class Reload extends OperatorCommand {
    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "POST", "/signatures/reload", Map.of());
    }

    @Override
    String show(ApiAnswer answer) {
      return answer.fields();
    }
  }

  /** Goes back. */
  @Command(name = "rollback", description = "Go back to the signatures before the present ones.")
  static final class Rollback extends OperatorCommand {
    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "POST", "/signatures/rollback", Map.of());
    }

    @Override
    String show(ApiAnswer answer) {
      return answer.fields();
    }
  }
}
