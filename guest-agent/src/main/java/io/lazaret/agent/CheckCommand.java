// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.client.ApplianceAddress;
import io.lazaret.agent.client.CurrentIdentity;
import io.lazaret.agent.client.IdentityFile;
import io.lazaret.agent.client.TlsDialler;
import io.lazaret.agent.client.Transport;
import io.lazaret.agent.control.ControlClient;
import io.lazaret.agent.linux.FanotifyFacts;
import io.lazaret.agent.linux.Sha256;
import io.lazaret.agent.watch.Filesystems;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code check}: whether an agent could guard this guest; opens no session. */
@Command(
    name = "check",
    description = "Checks settings, certificate, appliances, kernel and privileges.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Mixin private ConfigOption config = new ConfigOption();
  @Spec private CommandSpec spec = CommandSpec.create();
  private boolean wrong;

  @Override
  public Integer call() throws CommandFailure, SettingsException {
    AgentSettings settings = config.load();
    good("settings", config.file().toString());
    CurrentIdentity identity = identity(settings);
    for (ApplianceAddress appliance : settings.client().appliances()) {
      appliance(appliance, identity);
    }
    if (settings.client().appliances().isEmpty()) {
      bad("appliances", "none (expected: at least one)");
    }
    guarding(settings);
    filesystems(settings);
    good("hashing", Sha256.fastest().provider());
    good(
        "agent",
        ControlClient.answers(settings.controlSocket())
            ? "runs"
            : "does not run (status has more)");
    return wrong ? ExitCode.COULD_NOT : ExitCode.DONE;
  }

  private void filesystems(AgentSettings settings) {
    switch (settings.watch().filesystems()) {
      case Filesystems.Auto auto -> good("filesystems", "auto: all of this machine's own");
      case Filesystems.Named named -> {
        for (Path mount : named.paths()) {
          if (Files.isDirectory(mount)) {
            good("filesystem", mount.toString());
          } else {
            bad("filesystem", mount + ": no such folder");
          }
        }
        if (named.none()) {
          bad("filesystems", "none: nothing would be guarded");
        }
      }
    }
  }

  private @Nullable CurrentIdentity identity(AgentSettings settings) {
    try {
      CurrentIdentity identity = new CurrentIdentity(new IdentityFile(settings.identity()));
      Instant until = identity.identity().certificate().getNotAfter().toInstant();
      String name = identity.identity().certificate().getSubjectX500Principal().getName();
      if (until.isBefore(Instant.now())) {
        bad("certificate", name + " expired at " + until + " (expected: enrol --force)");
      } else {
        good("certificate", name + " until " + until);
      }
      return identity;
    } catch (IOException | IllegalArgumentException missing) {
      bad("certificate", Causes.sentence(missing) + " (expected: enrol)");
      return null;
    }
  }

  private void appliance(ApplianceAddress appliance, @Nullable CurrentIdentity identity) {
    if (identity == null) {
      bad("appliance", appliance + ": not tried without a certificate");
      return;
    }
    try (Transport transport = new TlsDialler(identity::tls).dial(appliance)) {
      transport.flush();
      good("appliance", appliance + " is there and is ours");
    } catch (IOException failed) {
      bad("appliance", appliance + ": " + Causes.sentence(failed));
    }
  }

  private void guarding(AgentSettings settings) {
    FanotifyFacts facts = FanotifyFacts.probe();
    try {
      Guarding guarding = Guarding.choose(settings.mode(), facts);
      if (guarding.blocking() || settings.mode() == AgentSettings.Mode.NOTIFY) {
        good("mode", guarding.mode() + ": " + guarding.reason());
      } else {
        bad("mode", "notify only: " + guarding.reason());
      }
    } catch (IOException impossible) {
      bad("mode", Causes.sentence(impossible));
    }
  }

  private void good(String what, String detail) {
    line("ok", what, detail);
  }

  private void bad(String what, String detail) {
    wrong = true;
    line("WRONG", what, detail);
  }

  private void line(String word, String what, String detail) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%-6s %-12s %s%n", word, what, detail);
    out.flush();
  }
}
