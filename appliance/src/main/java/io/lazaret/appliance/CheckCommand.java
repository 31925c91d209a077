// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.AdminClient;
import io.lazaret.appliance.admin.AdminToken;
import io.lazaret.appliance.admin.ApiAnswer;
import io.lazaret.appliance.admin.ApiException;
import io.lazaret.appliance.identity.CertificateAuthority;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.LedgerException;
import io.lazaret.appliance.ledger.LedgerInUseException;
import io.lazaret.appliance.metrics.Metrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks at everything that must be right, on one screen, whether the appliance runs or not. */
@Command(
    name = "check",
    description =
        "Check settings, certificates, ports, signatures, engine, disk, memory, descriptors and"
            + " clock, and say what to do.",
    footer = "Ends with 3 when something is wrong.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  private static final long LEAST_DISK = 512L << 20;
  private static final Duration AUTHORITY_LIFE = Duration.ofDays(90);
  private static final Duration SERVER_LIFE = Duration.ofDays(14);
  private static final long OTHER_DESCRIPTORS = 512;

  @Option(names = "--json", description = "Print JSON, one finding in a line.")
  private boolean json;

  @Mixin private final ConfigOption config = new ConfigOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  private final CheckReport report = new CheckReport();

  @Override
  public Integer call() throws SettingsException {
    ApplianceSettings settings = config.load();
    MachineChecks machine = new MachineChecks(report, Path.of("/proc"), InstantSource.system());
    report.good("settings", settings.file().toString());
    machine.clock();
    certificates(settings, machine);
    credential(settings);
    machine.disk("state", settings.state().directory(), LEAST_DISK);
    machine.disk("staging", settings.staging().directory(), LEAST_DISK);
    EngineChecks engine = new EngineChecks(report, machine, InstantSource.system());
    engine.signatures(settings.engine().daemon());
    if (Connection.answers(Connection.reachable(settings.listen().admin()))) {
      running(settings, machine);
    } else {
      port("guests' port", settings.listen().guests());
      port("admin port", settings.listen().admin());
      ledger(settings);
      engine.program(settings.engine());
      machine.descriptors("self", descriptors(settings));
      report.note("appliance", "is not running", "start it: systemctl start lazaret-appliance");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? report.json() : report.text());
    out.flush();
    return report.anyWrong() ? CommandException.NOT_DONE : 0;
  }

  /** One for each connection, two for each content on its way to the engine. */
  private static long descriptors(ApplianceSettings settings) {
    return settings.sessions().connections()
        + 2L * settings.staging().uploads()
        + OTHER_DESCRIPTORS;
  }

  private void certificates(ApplianceSettings settings, MachineChecks machine) {
    Path directory = settings.identity().authority();
    try {
      // Only looked at: the appliance itself renews its own certificate, at a start.
      check(
          machine,
          "authority",
          CertificateAuthority.load(directory, InstantSource.system()).certificate(),
          AUTHORITY_LIFE,
          "plan a new authority: every guest has to enrol again with it");
      Optional<X509Certificate> server = CertificateAuthority.serverCertificate(directory);
      if (server.isPresent()) {
        check(
            machine,
            "certificate",
            server.get(),
            SERVER_LIFE,
            "restart the appliance: it makes itself a new one at a start");
      } else {
        report.note("certificate", "none yet", "it is made at the next start");
      }
      privately("authority's key", directory.resolve("ca.key"));
    } catch (IOException e) {
      report.wrong(
          "authority",
          e.toString(),
          "bring back "
              + directory
              + " from a backup; without one lazaret-appliance init makes a"
              + " new authority, and every guest has to enrol again");
    }
  }

  private static void check(
      MachineChecks machine, String what, X509Certificate own, Duration least, String advice) {
    machine.certificate(
        what, own.getNotBefore().toInstant(), own.getNotAfter().toInstant(), least, advice);
  }

  private void credential(ApplianceSettings settings) {
    try {
      AdminToken.read(settings.state().adminToken());
      privately("admin credential", settings.state().adminToken());
    } catch (IOException e) {
      report.wrong(
          "admin credential", e.toString(), "start the appliance: it makes one where none is");
    }
  }

  private void privately(String name, Path file) throws IOException {
    boolean open =
        Files.getPosixFilePermissions(file).stream()
            .anyMatch(permission ->
                permission != PosixFilePermission.OWNER_READ
                    && permission != PosixFilePermission.OWNER_WRITE);
    if (open) {
      report.wrong(name, file + ": others may use it (expected: mode 0600)", "chmod 600 " + file);
    } else {
      report.good(name, file.toString());
    }
  }

  private void port(String name, ApplianceSettings.Address address) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(address.toSocketAddress());
      report.good(name, address + " is free");
    } catch (IOException e) {
      report.wrong(
          name,
          address + ": " + e.getMessage(),
          "ss -ltnp shows who has it; or change the address below listen");
    }
  }

  private void ledger(ApplianceSettings settings) {
    Path file = settings.state().ledger();
    if (!Files.exists(file)) {
      report.wrong(
          "ledger",
          file + ": missing (expected: made by lazaret-appliance init)",
          "bring it back from a backup; without one guests have to enrol again");
      return;
    }
    try (Metrics metrics = new Metrics();
        Ledger ledger = Ledger.open(file, settings.ledger(), metrics)) {
      ledger.verify().join();
      report.good("ledger", file + ": every page looked at");
    } catch (LedgerInUseException e) {
      report.wrong(
          "ledger",
          "in use, but nothing answers on the admin address",
          "look at the log of the appliance that runs; its listen.admin may be another one");
    } catch (LedgerException | CompletionException e) {
      report.wrong(
          "ledger",
          String.valueOf(e.getMessage()),
          "keep the file, and bring back the last backup in its place");
    }
  }

  private void running(ApplianceSettings settings, MachineChecks machine) {
    ApplianceSettings.Address address = Connection.reachable(settings.listen().admin());
    try (AdminClient client =
        new AdminClient(
            address.host(), address.port(), AdminToken.read(settings.state().adminToken()))) {
      ApiAnswer health = client.health();
      for (String line : health.fields("components").lines().toList()) {
        int space = line.indexOf(' ');
        component(line.substring(0, space), line.substring(space).strip());
      }
      client
          .figure("process_files_max_files")
          .ifPresent(limit -> machine.descriptors((long) limit, descriptors(settings)));
      if (client.figure("lazaret_signatures_held_back").orElse(0) > 0) {
        report.wrong(
            "signatures",
            "newer ones are there and not in use",
            "lazaret-appliance signatures status says why");
      }
    } catch (ApiException | IOException e) {
      report.wrong(
          "appliance", String.valueOf(e.getMessage()), "something else may have its admin port");
    }
  }

  private void component(String name, String problem) {
    if (problem.equals("ok")) {
      report.good(name, "as the running appliance says");
      return;
    }
    report.wrong(
        name,
        problem,
        switch (name) {
          case "engine" ->
              "its log has clamd's own words; clamd installed? signatures there? enough memory?";
          case "ledger" -> "make room on its disk, or replace it; reports are kept by the guests";
          case "disk" -> "make room in " + "the state directory";
          default -> "look at its log";
        });
  }
}
