// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line of the agent. */
public final class AgentMain {
  private AgentMain() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Top());
    line.setExecutionExceptionHandler((failure, command, _) -> {
      PrintWriter err = command.getErr();
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
    });
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
        CheckCommand.class
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
