// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.AdminClient;
import io.lazaret.appliance.admin.AdminToken;
import io.lazaret.appliance.admin.ApiAnswer;
import io.lazaret.appliance.admin.ApiException;
import io.lazaret.appliance.engine.EngineSettings;
import io.lazaret.appliance.identity.CertificateAuthority;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.LedgerException;
import io.lazaret.appliance.ledger.LedgerInUseException;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Looks at everything that must be right, on one screen. */
@Command(
    name = "check",
    description = "Check settings, certificates, ports, signatures, disk, clock and engine.",
    footer = "Ends with 3 when something is wrong.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  private static final long LEAST_DISK = 512L << 20;
  private static final Duration OLD_SIGNATURES = Duration.ofDays(7);

  /** When this was written: a clock before that is wrong. */
  private static final Instant EARLIEST = Instant.parse("2026-11-01T00:00:00Z");

  @Mixin private final ConfigOption config = new ConfigOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  private boolean wrong;

  @Override
  public Integer call() throws SettingsException {
    ApplianceSettings settings = config.load();
    ok("settings", settings.file().toString());
    clock();
    certificates(settings);
    credential(settings);
    disk("state", settings.state().directory());
    disk("staging", settings.staging().directory());
    signatures(settings);
    if (Connection.answers(Connection.reachable(settings.listen().admin()))) {
      running(settings);
    } else {
      port("guests' port", settings.listen().guests());
      port("admin port", settings.listen().admin());
      ledger(settings);
      line("--", "appliance", "is not running");
    }
    out().flush();
    return wrong ? CommandException.NOT_DONE : 0;
  }

  private void clock() {
    Instant now = Instant.now();
    if (now.isBefore(EARLIEST)) {
      bad("clock", now + " (expected: after " + EARLIEST + ")");
    } else {
      ok("clock", now.toString());
    }
  }

  private void certificates(ApplianceSettings settings) {
    Path directory = settings.identity().authority();
    try {
      CertificateAuthority authority = CertificateAuthority.load(directory, InstantSource.system());
      ok("authority", "until " + authority.certificate().getNotAfter().toInstant());
      TlsIdentity server = authority.serverIdentity(directory, settings.listen().guests().host());
      ok("certificate", "until " + server.certificate().getNotAfter().toInstant());
      privately("authority's key", directory.resolve("ca.key"));
    } catch (IOException e) {
      bad("authority", e.toString());
    }
  }

  private void credential(ApplianceSettings settings) {
    try {
      AdminToken.read(settings.state().adminToken());
      privately("admin credential", settings.state().adminToken());
    } catch (IOException e) {
      bad("admin credential", e.toString());
    }
  }

  private void privately(String name, Path file) throws IOException {
    boolean open =
        Files.getPosixFilePermissions(file).stream()
            .anyMatch(permission ->
                permission != PosixFilePermission.OWNER_READ
                    && permission != PosixFilePermission.OWNER_WRITE);
    if (open) {
      bad(name, file + ": others may use it (expected: mode 0600)");
    } else {
      ok(name, file.toString());
    }
  }

  private void disk(String name, Path directory) {
    try {
      if (!Files.isWritable(directory)) {
        bad(name, directory + ": missing or not writable");
        return;
      }
      long free = Files.getFileStore(directory).getUsableSpace();
      String text = directory + ": " + (free >> 20) + " MiB free";
      if (free < LEAST_DISK) {
        bad(name, text + " (expected: at least " + (LEAST_DISK >> 20) + ")");
      } else {
        ok(name, text);
      }
    } catch (IOException e) {
      bad(name, e.toString());
    }
  }

  private void signatures(ApplianceSettings settings) {
    switch (settings.engine().daemon()) {
      case EngineSettings.External external ->
          line("--", "signatures", "the external clamd's own, at " + external.host());
      case EngineSettings.Managed managed -> managedSignatures(managed.signatures());
    }
  }

  private void managedSignatures(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      Instant newest =
          files
              .filter(file -> file.getFileName().toString().matches(".*\\.(c[vl]d|[hnlm].b)"))
              .map(file -> Instant.ofEpochMilli(file.toFile().lastModified()))
              .max(Instant::compareTo)
              .orElse(Instant.EPOCH);
      if (newest.equals(Instant.EPOCH)) {
        bad("signatures", directory + ": none (expected: files that freshclam made)");
      } else if (newest.isBefore(Instant.now().minus(OLD_SIGNATURES))) {
        bad("signatures", directory + ": newest of " + newest + " (expected: of the last 7 days)");
      } else {
        ok("signatures", directory + ": newest of " + newest);
      }
    } catch (IOException e) {
      bad("signatures", e.toString());
    }
  }

  private void port(String name, ApplianceSettings.Address address) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(address.toSocketAddress());
      ok(name, address + " is free");
    } catch (IOException e) {
      bad(name, address + ": " + e.getMessage());
    }
  }

  private void ledger(ApplianceSettings settings) {
    Path file = settings.state().ledger();
    if (!Files.exists(file)) {
      bad("ledger", file + ": missing (expected: made by lazaret-appliance init)");
      return;
    }
    try (Metrics metrics = new Metrics();
        Ledger ledger = Ledger.open(file, settings.ledger(), metrics)) {
      ledger.verify().join();
      ok("ledger", file + ": every page looked at");
    } catch (LedgerInUseException e) {
      bad("ledger", "in use, but nothing answers on the admin address");
    } catch (LedgerException | CompletionException e) {
      bad("ledger", String.valueOf(e.getMessage()));
    }
  }

  private void running(ApplianceSettings settings) {
    ApplianceSettings.Address address = Connection.reachable(settings.listen().admin());
    try (AdminClient client =
        new AdminClient(
            address.host(), address.port(), AdminToken.read(settings.state().adminToken()))) {
      ApiAnswer health = client.health();
      for (String line : health.fields("components").lines().toList()) {
        int space = line.indexOf(' ');
        String problem = line.substring(space).strip();
        if (problem.equals("ok")) {
          ok(line.substring(0, space), "as the running appliance says");
        } else {
          bad(line.substring(0, space), problem);
        }
      }
    } catch (ApiException | IOException e) {
      bad("appliance", String.valueOf(e.getMessage()));
    }
  }

  private void ok(String name, String detail) {
    line("ok", name, detail);
  }

  private void bad(String name, String problem) {
    wrong = true;
    line("BAD", name, problem);
  }

  private void line(String mark, String name, String detail) {
    out().printf("%-4s %-17s %s%n", mark, name, detail);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
