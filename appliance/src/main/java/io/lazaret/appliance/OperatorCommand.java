// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.Api;
import io.lazaret.appliance.admin.ApiAnswer;
import io.lazaret.appliance.admin.ApiException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that asks the appliance's API one question and shows the answer. */
abstract class OperatorCommand implements Callable<Integer> {
  @Mixin private final ConfigOption config = new ConfigOption();

  @Option(names = "--json", description = "Print JSON, one item of a list in a line.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // picocli sets it and acts on it
  private boolean help;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public final Integer call() throws Exception {
    try (Api api = Connection.open(config.load())) {
      ApiAnswer answer = ask(api);
      out().println(json ? answer.json() : show(answer));
      out().flush();
      return 0;
    } catch (ApiException e) {
      throw new CommandException(CommandException.NOT_DONE, String.valueOf(e.getMessage()));
    }
  }

  /** Asks. */
  abstract ApiAnswer ask(Api api) throws ApiException, CommandException, SettingsException;

  /** The answer for people. */
  abstract String show(ApiAnswer answer);

  /** Asks and takes only an answer that is what was asked for. */
  static ApiAnswer get(Api api, String method, String path, Map<String, String> values)
      throws ApiException, CommandException {
    ApiAnswer answer = api.call(method, path, values);
    if (!answer.isOk()) {
      int code = answer.status() == 400 ? CommandException.WRONG_USE : CommandException.NOT_DONE;
      throw new CommandException(code, answer.error());
    }
    return answer;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
