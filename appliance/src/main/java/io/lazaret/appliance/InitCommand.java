// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.AdminToken;
import io.lazaret.appliance.engine.TestSignatures;
import io.lazaret.appliance.identity.CertificateAuthority;
import io.lazaret.appliance.identity.Names;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.LedgerLimits;
import io.lazaret.appliance.metrics.Metrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes all that an appliance needs before its first start. */
@Command(
    name = "init",
    description = "Make the settings, the certificate authority and the state of a new appliance.",
    mixinStandardHelpOptions = true)
final class InitCommand implements Callable<Integer> {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where to (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of("/etc/lazaret");

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where guests connect (default: ${DEFAULT-VALUE}).")
  private String listen = "0.0.0.0:7310";

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description = "Where operators and Prometheus connect (default: ${DEFAULT-VALUE}).")
  private String admin = "127.0.0.1:7311";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What people call this appliance (default: ${DEFAULT-VALUE}).")
  private String name = "lazaret";

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description = "managed, or external:HOST:PORT (default: ${DEFAULT-VALUE}).")
  private String engine = "managed";

  @Option(
      names = "--signatures",
      paramLabel = "DIR",
      description = "Directory that freshclam fills (default: ${DEFAULT-VALUE}).")
  private Path signatures = Path.of("/var/lib/clamav");

  @Option(
      names = "--test-signatures",
      description = "Write a few test signatures to DIR/signatures and use only these.")
  private boolean testSignatures;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Make the authority and the state that these settings name, as a package does; of the"
              + " options above only --name counts.")
  private Optional<Path> existing = Optional.empty();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, CommandException, SettingsException {
    if (existing.isPresent()) {
      ApplianceSettings settings = ApplianceSettings.load(existing.get());
      refuseExisting(settings.identity().authority(), settings.state().ledger());
      Files.createDirectories(settings.state().directory());
      make(settings, settings.listen().guests().host());
      return 0;
    }
    String text = settings();
    Path root = directory.toAbsolutePath().normalize();
    Path config = root.resolve("appliance.conf");
    Path state = root.resolve("state");
    refuseExisting(config, state, root.resolve("ca"));
    Files.createDirectories(root);
    // clamd's own user passes through here to its directory, but reads nothing else.
    Files.createDirectory(
        state, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx--x--x"));
    if (testSignatures) {
      TestSignatures.writeTo(root.resolve("signatures"));
    }
    Files.writeString(config, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    make(ApplianceSettings.load(config), address("--listen", listen).host());
    sayNext(config, root);
    return 0;
  }

  private static void refuseExisting(Path... all) throws CommandException {
    for (Path made : all) {
      if (Files.exists(made, LinkOption.NOFOLLOW_LINKS)) {
        throw new CommandException(
            CommandException.WRONG_USE, made + ": is there already (expected: a new directory)");
      }
    }
  }

  private void make(ApplianceSettings settings, String host) throws IOException {
    Path authority = settings.identity().authority();
    CertificateAuthority.create(authority, name, host, InstantSource.system());
    AdminToken.create(settings.state().adminToken());
    try (Metrics metrics = new Metrics()) {
      Ledger.open(settings.state().ledger(), LedgerLimits.DEFAULT, metrics).close();
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println("settings         " + settings.file());
    out.println("authority        " + authority + "  (back it up: guests trust only this one)");
    out.println("ledger           " + settings.state().ledger());
    out.println("admin credential " + settings.state().adminToken());
    out.flush();
  }

  private void sayNext(Path config, Path root) {
    PrintWriter out = spec.commandLine().getOut();
    if (testSignatures) {
      out.println(
          "signatures       "
              + root.resolve("signatures")
              + "  (test signatures only: no protection)");
    }
    out.println("next             lazaret-appliance run --config " + config);
    out.println("then             lazaret-appliance token create --config " + config);
    out.flush();
  }

  private String settings() throws CommandException {
    try {
      Names.require("--name", name);
    } catch (IllegalArgumentException e) {
      throw wrong(e);
    }
    StringBuilder text = new StringBuilder();
    text.append("# Settings of this appliance; appliance_full.conf documents every option.\n");
    text.append("listen {\n");
    text.append("  guests = ").append(quoted(address("--listen", listen).toString())).append('\n');
    text.append("  admin = ").append(quoted(address("--admin", admin).toString())).append('\n');
    text.append("}\nengine {\n");
    if (engine.startsWith("external:")) {
      String where = engine.substring("external:".length());
      text.append("  mode = external\n");
      text.append("  external = ").append(quoted(address("--engine", where).toString()));
      text.append('\n');
    } else if (engine.equals("managed")) {
      text.append("  mode = managed\n");
    } else {
      throw new CommandException(
          CommandException.WRONG_USE,
          "--engine: " + engine + " (expected: managed or external:HOST:PORT)");
    }
    String from =
        testSignatures ? "signatures" : signatures.toAbsolutePath().normalize().toString();
    text.append("  signatures = ").append(quoted(from)).append("\n}\n");
    return text.toString();
  }

  private static ApplianceSettings.Address address(String option, String text)
      throws CommandException {
    try {
      return ApplianceSettings.Address.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          CommandException.WRONG_USE, option + ": " + text + " (expected: HOST:PORT)");
    }
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static CommandException wrong(IllegalArgumentException e) {
    return new CommandException(CommandException.WRONG_USE, String.valueOf(e.getMessage()));
  }
}
