// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import com.typesafe.config.ConfigUtil;
import io.lazaret.agent.client.ApplianceAddress;
import io.lazaret.agent.client.Enrolment;
import io.lazaret.agent.client.IdentityFile;
import io.lazaret.protocol.tls.EnrolmentToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code enrol}: exchanges a one-time token for the guest's certificate. */
@Command(
    name = "enrol",
    description = {
      "Makes the guest's key, has it certified with a one-time token,",
      "and writes agent.conf where there is none."
    },
    mixinStandardHelpOptions = true)
final class EnrolCommand implements Callable<Integer> {
  private static final String APPLIANCES = "appliances.conf";

  @Option(names = "--token", required = true, description = "one-time token of the appliance")
  private String token = "";

  @Option(
      names = "--appliance",
      paramLabel = "HOST[:PORT]",
      description =
          "appliance, several in the order they are tried; default: those of the settings")
  private List<String> appliances = List.of();

  @Option(names = "--name", paramLabel = "HOST", description = "name of this guest; default: host")
  private @Nullable String name;

  @Option(
      names = "--guard",
      paramLabel = "MOUNTPOINT",
      arity = "1..*",
      description = "filesystems to guard, or auto for all; written to a new agent.conf")
  private List<String> guard = List.of();

  @Option(names = "--force", description = "replace an identity that is there")
  private boolean force;

  @Mixin private ConfigOption config = new ConfigOption();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws CommandFailure, SettingsException, IOException {
    EnrolmentToken parsed = parseToken();
    Path file = config.file();
    boolean fresh = !Files.exists(file);
    List<ApplianceAddress> addresses = addresses(file, fresh);
    Path folder = file.resolveSibling("");
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    IdentityFile identity =
        new IdentityFile(
            fresh ? file.resolveSibling("identity.pem") : AgentSettings.load(file).identity());
    if (identity.exists() && !force) {
      throw new CommandFailure(
          ExitCode.WRONG_USE,
          identity.path() + ": this guest has an identity already (expected: none, or --force)");
    }
    Enrolment.Result.Done done = enrol(addresses, parsed);
    identity.write(done.identity());
    PrintWriter out = spec.commandLine().getOut();
    if (fresh) {
      Files.writeString(file, settings(addresses));
      out.println("settings: " + file);
    } else if (!appliances.isEmpty()) {
      rememberAppliances(file, addresses);
    }
    out.println("enrolled: " + done.guest());
    out.println(
        "certificate: until "
            + done.identity().certificate().getNotAfter().toInstant()
            + ", renewed by itself while the agent runs");
    out.println("next: lazaret-agent run --config " + file);
    return ExitCode.DONE;
  }

  /** Writes them where settings that came with a package include them from. */
  private void rememberAppliances(Path file, List<ApplianceAddress> addresses)
      throws IOException, SettingsException {
    Path included = file.resolveSibling(APPLIANCES);
    Files.writeString(
        included, "# Written by lazaret-agent enrol.\nappliances = " + list(addresses) + "\n");
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        AgentSettings.load(file).client().appliances().equals(addresses)
            ? "appliances: " + included
            : "appliances: " + file + " names others (expected: include \"" + APPLIANCES + "\")");
  }

  private EnrolmentToken parseToken() throws CommandFailure {
    try {
      return EnrolmentToken.parse(token);
    } catch (IllegalArgumentException malformed) {
      throw new CommandFailure(ExitCode.WRONG_USE, String.valueOf(malformed.getMessage()));
    }
  }

  private List<ApplianceAddress> addresses(Path file, boolean fresh)
      throws CommandFailure, SettingsException {
    if (!fresh && !guard.isEmpty()) {
      throw new CommandFailure(
          ExitCode.WRONG_USE,
          "--guard: " + file + " is there already (expected: edit filesystems)");
    }
    try {
      List<ApplianceAddress> given = appliances.stream().map(ApplianceAddress::parse).toList();
      if (!given.isEmpty()) {
        return given;
      }
    } catch (IllegalArgumentException malformed) {
      throw new CommandFailure(ExitCode.WRONG_USE, "--appliance: " + malformed.getMessage());
    }
    List<ApplianceAddress> known =
        fresh ? List.of() : AgentSettings.load(file).client().appliances();
    if (known.isEmpty()) {
      throw new CommandFailure(ExitCode.WRONG_USE, "--appliance: missing (expected: HOST:PORT)");
    }
    return known;
  }

  private Enrolment.Result.Done enrol(List<ApplianceAddress> addresses, EnrolmentToken parsed)
      throws CommandFailure {
    String host = name == null ? Identification.host() : name;
    StringBuilder reasons = new StringBuilder("no appliance enrolled this guest");
    for (ApplianceAddress address : addresses) {
      try {
        switch (Enrolment.enrol(address, parsed, host)) {
          case Enrolment.Result.Done done -> {
            return done;
          }
          case Enrolment.Result.Refused refused ->
              reasons.append("\n  ").append(address).append(": ").append(explain(refused));
        }
      } catch (IOException failed) {
        reasons.append("\n  ").append(address).append(": ").append(Causes.sentence(failed));
      }
    }
    throw new CommandFailure(ExitCode.COULD_NOT, reasons.toString());
  }

  private static String explain(Enrolment.Result.Refused refused) {
    return switch (refused.code()) {
      case TOKEN_INVALID ->
          "the token is unknown, used or expired: make a new one on the appliance"
              + " (lazaret-appliance token create)";
      default -> "refused with " + refused.code() + " " + refused.detail();
    };
  }

  private String settings(List<ApplianceAddress> addresses) {
    return """
    # Settings of the Lazaret agent; every option is described in agent_full.conf.
    appliances = %s
    filesystems = %s
    """
        .formatted(list(addresses), filesystems());
  }

  private String filesystems() {
    return guard.equals(List.of(AgentSettings.AUTO))
        ? AgentSettings.AUTO
        : list(guard.stream().map(mount -> Path.of(mount).toAbsolutePath()).toList());
  }

  private static String list(List<?> values) {
    return values.stream()
        .map(value -> ConfigUtil.quoteString(value.toString()))
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
