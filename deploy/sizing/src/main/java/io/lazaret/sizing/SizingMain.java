// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** The command line of the benchmarks. */
@Command(
    name = "lazaret-sizing",
    description = "Measures and loads a Lazaret installation.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    exitCodeOnInvalidInput = 2,
    exitCodeOnExecutionException = 3,
    subcommands = {
      OpenLatency.class,
      Opens.class,
      MakeFiles.class,
      MakeSignatures.class,
      Swarm.class,
      Answers.class,
      NeverSeen.class,
      Fairness.class,
      Storm.class,
      IdleGuests.class,
      BigUploads.class,
      KillLoop.class,
      FaultProxy.class
    })
public final class SizingMain {
  private SizingMain() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new SizingMain()).execute(args));
  }
}
