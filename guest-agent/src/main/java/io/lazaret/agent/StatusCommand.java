// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.control.ControlClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code status}: what the running agent says about itself. */
@Command(
    name = "status",
    description = "Shows what the running agent guards and whom it asks.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private static final Pattern PLAIN = Pattern.compile("-?(0|[1-9][0-9]{0,17})|true|false");

  @Option(names = "--json", description = "as JSON")
  private boolean json;

  @Mixin private ConfigOption config = new ConfigOption();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws CommandFailure, SettingsException {
    AgentSettings settings = config.load();
    Map<String, List<String>> status;
    try (ControlClient client = new ControlClient(settings.controlSocket())) {
      status = client.status();
    } catch (IOException nobody) {
      throw new CommandFailure(
          ExitCode.COULD_NOT,
          "no agent answers at " + settings.controlSocket() + ": " + Causes.sentence(nobody));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.of(typed(status)));
    } else {
      typed(status).forEach((key, value) -> out.printf("%-24s %s%n", key, value));
    }
    return ExitCode.DONE;
  }

  private static Map<String, Object> typed(Map<String, List<String>> status) {
    Map<String, Object> typed = new LinkedHashMap<>();
    status.forEach((key, values) ->
        typed.put(key, AgentStatus.LISTS.contains(key) ? values : typed(values.getFirst())));
    AgentStatus.LISTS.forEach(list -> typed.putIfAbsent(list, List.of()));
    return typed;
  }

  private static Object typed(String value) {
    if (!PLAIN.matcher(value).matches()) {
      return value;
    }
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> Long.valueOf(value);
    };
  }
}
