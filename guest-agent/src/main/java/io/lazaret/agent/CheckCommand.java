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
import io.lazaret.agent.linux.Mount;
import io.lazaret.agent.linux.MountTable;
import io.lazaret.agent.linux.Sha256;
import io.lazaret.agent.watch.Filesystems;
import io.lazaret.agent.watch.Unguarded;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code check}: whether an agent could guard this guest, and one that runs does; no session. */
@Command(
    name = "check",
    description =
        "Checks settings, certificate, appliances, kernel, filesystems and machine, and says what"
            + " to do.",
    footer = "Ends with 3 when something is wrong.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  /** Renewed after two thirds of 30 days: who has less left has not been renewed. */
  private static final Duration LEAST_LIFE = Duration.ofDays(3);

  private static final long LEAST_DISK = 16L << 20;
  private static final long LEAST_MEMORY = 64L << 20;
  private static final long OTHER_DESCRIPTORS = 128;

  @Option(names = "--json", description = "as JSON, one finding in a line")
  private boolean json;

  @Mixin private ConfigOption config = new ConfigOption();
  @Spec private CommandSpec spec = CommandSpec.create();
  private final CheckReport report = new CheckReport();

  @Override
  public Integer call() throws CommandFailure, SettingsException {
    AgentSettings settings = config.load();
    MachineChecks machine = new MachineChecks(report, Path.of("/proc"), InstantSource.system());
    report.good("settings", config.file().toString());
    machine.clock();
    CurrentIdentity identity = identity(settings, machine);
    for (ApplianceAddress appliance : settings.client().appliances()) {
      appliance(appliance, identity);
    }
    if (settings.client().appliances().isEmpty()) {
      report.wrong("appliances", "none (expected: at least one)", "name one in appliances");
    }
    guarding(settings);
    filesystems(settings.watch().filesystems());
    unguarded(settings.watch().filesystems());
    report.good("hashing", Sha256.fastest().provider());
    Optional<Map<String, List<String>>> status = status(settings);
    agent(status);
    machine.descriptors(
        status.map(said -> first(said, "pid")).orElse("self"),
        settings.watch().heldOpens() + settings.watch().writtenQueue() + OTHER_DESCRIPTORS);
    machine.memory(LEAST_MEMORY);
    Path folder = settings.identity().toAbsolutePath().getParent();
    machine.disk("disk", folder == null ? Path.of("/") : folder, LEAST_DISK);
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? report.json() : report.text());
    out.flush();
    return report.anyWrong() ? ExitCode.COULD_NOT : ExitCode.DONE;
  }

  private @Nullable CurrentIdentity identity(AgentSettings settings, MachineChecks machine) {
    try {
      CurrentIdentity identity = new CurrentIdentity(new IdentityFile(settings.identity()));
      X509Certificate certificate = identity.identity().certificate();
      machine.certificate(
          "certificate",
          certificate.getNotBefore().toInstant(),
          certificate.getNotAfter().toInstant(),
          LEAST_LIFE,
          "let the agent run where it reaches its appliance, which renews it; one that has ended:"
              + " enrol --force with a new token");
      return identity;
    } catch (IOException | IllegalArgumentException missing) {
      report.wrong(
          "certificate",
          Causes.sentence(missing) + " (expected: enrol)",
          "have a token made for this guest, then lazaret-agent enrol");
      return null;
    }
  }

  private void appliance(ApplianceAddress appliance, @Nullable CurrentIdentity identity) {
    if (identity == null) {
      report.wrong("appliance", appliance + ": not tried without a certificate", "enrol first");
      return;
    }
    try (Transport transport = new TlsDialler(identity::tls).dial(appliance)) {
      transport.flush();
      report.good("appliance", appliance + " is there and is ours");
    } catch (IOException failed) {
      report.wrong(
          "appliance",
          appliance + ": " + Causes.sentence(failed),
          "look at the address, the network and its firewalls, then lazaret-appliance check there");
    }
  }

  private void guarding(AgentSettings settings) {
    FanotifyFacts facts = FanotifyFacts.probe();
    String advice = "run the agent as root, on a kernel with CONFIG_FANOTIFY_ACCESS_PERMISSIONS";
    try {
      Guarding guarding = Guarding.choose(settings.mode(), facts);
      if (guarding.blocking() || settings.mode() == AgentSettings.Mode.NOTIFY) {
        report.good("mode", guarding.mode() + ": " + guarding.reason());
      } else {
        report.wrong("mode", "notify only: " + guarding.reason(), advice);
      }
    } catch (IOException impossible) {
      report.wrong("mode", Causes.sentence(impossible), advice);
    }
  }

  private void filesystems(Filesystems filesystems) {
    switch (filesystems) {
      case Filesystems.Auto auto -> report.good("filesystems", "auto: all of this machine's own");
      case Filesystems.Named named -> {
        for (Path mount : named.paths()) {
          if (Files.isDirectory(mount)) {
            report.good("filesystem", mount.toString());
          } else {
            report.wrong("filesystem", mount + ": no such folder", "mount it, or leave it out");
          }
        }
        if (named.none()) {
          report.wrong(
              "filesystems", "none: nothing would be guarded", "set filesystems, auto for all");
        }
      }
    }
  }

  private void unguarded(Filesystems filesystems) {
    try {
      List<Mount> mounts = Unguarded.of(filesystems, MountTable.own());
      if (!mounts.isEmpty()) {
        report.note(
            "unguarded",
            mounts.stream().map(Mount::point).limit(20).collect(Collectors.joining(" ")),
            "opens there are not asked about; filesystems = auto guards all disks, auto.network"
                + " what other machines have");
      }
    } catch (IOException e) {
      report.note("unguarded", "mounts cannot be read: " + Causes.sentence(e), "");
    }
  }

  private Optional<Map<String, List<String>>> status(AgentSettings settings) {
    if (!ControlClient.answers(settings.controlSocket())) {
      return Optional.empty();
    }
    try (ControlClient client = new ControlClient(settings.controlSocket())) {
      return Optional.of(client.status());
    } catch (IOException silent) {
      report.wrong("agent", Causes.sentence(silent), "look at its log, and start it again");
      return Optional.empty();
    }
  }

  private void agent(Optional<Map<String, List<String>>> status) {
    if (status.isEmpty()) {
      report.note("agent", "does not run", "start it: nothing is guarded meanwhile");
    } else if (first(status.get(), "connected").equals("true")) {
      report.good("agent", "runs, and has a session with " + first(status.get(), "appliance"));
    } else {
      report.wrong(
          "agent",
          "runs without a session: " + first(status.get(), "session"),
          "see the appliances above");
    }
  }

  private static String first(Map<String, List<String>> status, String key) {
    return status.getOrDefault(key, List.of("")).getFirst();
  }
}
