// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.client.TlsDialler;
import io.lazaret.agent.client.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line of the agent. */
public final class AgentMain {
  private AgentMain() {}

  public static void main(String[] args) {
    // The one command that stays is read by hand, so that it need not keep the library in memory.
    if (args.length == 3 && args[0].equals("run") && args[1].equals("--config")) {
      System.exit(guard(Path.of(args[2]), TlsDialler::new));
    }
    if (args.length == 3 && args[0].equals("run") && args[1].equals("--dir")) {
      System.exit(guard(Path.of(args[2]).resolve(ConfigOption.NAME), TlsDialler::new));
    }
    if (args.length == 1 && args[0].equals("run")) {
      System.exit(guard(Path.of(ConfigOption.FOLDER).resolve(ConfigOption.NAME), TlsDialler::new));
    }
    System.exit(commandLine().execute(args));
  }

  /** Guards until a signal, and says with which code to exit. */
  public static int guard(Path settings, Transport.Maker transport) {
    PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
    PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
    try {
      return RunCommand.run(settings.toAbsolutePath().normalize(), transport, out, err);
    } catch (SettingsException | IOException | RuntimeException failure) {
      return tell(failure, err);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return ExitCode.COULD_NOT;
    }
  }

  private static int tell(Exception failure, PrintWriter err) {
    return switch (failure) {
      case SettingsException wrong -> {
        err.println("lazaret-agent: " + wrong.getMessage());
        yield ExitCode.WRONG_USE;
      }
      case CommandFailure told -> {
        err.println("lazaret-agent: " + told.getMessage());
        yield told.exitCode();
      }
      default -> {
        err.println("lazaret-agent: " + Causes.sentence(failure));
        yield ExitCode.COULD_NOT;
      }
    };
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Top());
    line.setExecutionExceptionHandler((failure, command, _) -> tell(failure, command.getErr()));
    return line;
  }

  /** The top of the command line; without a command it shows what there is. */
  @Command(
      name = "lazaret-agent",
      description =
          "The guest's side of Lazaret: what is opened here is inspected on the appliance.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      synopsisSubcommandLabel = "COMMAND",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {
        "0:done, or everything clean",
        "1:something infected was found",
        "2:wrong use or settings",
        "3:it could not be done"
      },
      subcommands = {
        EnrolCommand.class,
        RunCommand.class,
        ScanCommand.class,
        StatusCommand.class,
        QuarantineCommand.class,
        CheckCommand.class,
        SettingsCommand.class
      })
  static final class Top {}

  /** The version, from the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"lazaret-agent " + Identification.version()};
    }
  }
}
