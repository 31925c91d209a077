// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the settings are: a file, or a folder with agent.conf in it. */
final class ConfigOption {
  static final String FOLDER = "/etc/lazaret";
  static final String NAME = "agent.conf";

  @Option(names = "--config", paramLabel = "FILE", description = "settings (agent.conf)")
  private @Nullable Path config;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "folder with agent.conf in it, instead of --config; default: /etc/lazaret")
  private @Nullable Path folder;

  Path file() throws CommandFailure {
    if (config != null && folder != null) {
      throw new CommandFailure(ExitCode.WRONG_USE, "--config and --dir: give one of them");
    }
    Path file = config != null ? config : (folder != null ? folder : Path.of(FOLDER)).resolve(NAME);
    return file.toAbsolutePath().normalize();
  }

  AgentSettings load() throws CommandFailure, SettingsException {
    return AgentSettings.load(file());
  }
}
