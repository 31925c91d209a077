// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code settings}: shows what the running agent would go by. */
@Command(
    name = "settings",
    description = "Shows every setting with the value it has, as lines key = value.",
    mixinStandardHelpOptions = true)
final class SettingsCommand implements Callable<Integer> {
  /** In the environment of {@code run}: what this command said. */
  static final String READ_ALREADY = "LAZARET_SETTINGS";

  @Mixin private ConfigOption config = new ConfigOption();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws CommandFailure, SettingsException {
    SettingsFile file = SettingsFile.open(config.file());
    var _ = AgentSettings.of(file); // reads all, and refuses what cannot be used
    spec.commandLine().getOut().print(file.flat());
    spec.commandLine().getOut().flush();
    return ExitCode.DONE;
  }
}
