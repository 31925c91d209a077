// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.ledger.LedgerException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the appliance. */
@Command(
    name = "lazaret-appliance",
    description = "The appliance of Lazaret, an offloaded anti-virus.",
    mixinStandardHelpOptions = true,
    versionProvider = ApplianceMain.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = "Exit codes: 0 done, 2 wrong use or settings, 3 could not do it.",
    subcommands = {
      InitCommand.class,
      RunCommand.class,
      TokenCommand.class,
      GuestsCommand.class,
      PolicyCommand.class,
      VerdictsCommand.class,
      ScansCommand.class,
      TopCommand.class,
      ThreatsCommand.class,
      AuditCommand.class,
      SignaturesCommand.class,
      CheckCommand.class
    })
public final class ApplianceMain implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private ApplianceMain() {}

  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, args));
  }

  /** Runs one command and gives its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new ApplianceMain())
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(ApplianceMain::failed)
        .execute(args);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "command: none (expected: one of these)");
  }

  private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult ignored)
      throws Exception {
    return switch (failure) {
      case SettingsException e -> say(command, e, CommandException.WRONG_USE);
      case CommandException e -> say(command, e, e.exitCode());
      case LedgerException e -> say(command, e, CommandException.NOT_DONE);
      case IOException e -> say(command, e, CommandException.NOT_DONE);
      case ParameterException e -> throw e;
      default -> {
        failure.printStackTrace(command.getErr());
        yield CommandException.NOT_DONE;
      }
    };
  }

  private static int say(CommandLine command, Exception failure, int exitCode) {
    String message =
        failure instanceof IOException && !(failure instanceof java.nio.file.FileSystemException)
            ? String.valueOf(failure.getMessage())
            : failure instanceof IOException ? failure.toString() : failure.getMessage();
    command.getErr().println("lazaret-appliance: " + message);
    return exitCode;
  }

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = ApplianceMain.class.getPackage().getImplementationVersion();
      return new String[] {"lazaret-appliance " + (version == null ? "development" : version)};
    }
  }
}
