// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names the settings file. */
final class ConfigOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings (default: ${DEFAULT-VALUE}).")
  private Path file = Path.of("/etc/lazaret/appliance.conf");

  ApplianceSettings load() throws SettingsException {
    return ApplianceSettings.load(file);
  }
}
