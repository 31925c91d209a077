// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.control.ControlClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code scan}: looks at files now, through the running agent or on a session of its own. */
@Command(
    name = "scan",
    description = "Looks at files now; through the running agent, or without one by itself.",
    mixinStandardHelpOptions = true)
final class ScanCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PATH", arity = "1..*", description = "files and folders")
  private List<Path> paths = List.of();

  @Option(names = "--json", description = "the summary as JSON")
  private boolean json;

  @Mixin private ConfigOption config = new ConfigOption();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    AgentSettings settings = config.load();
    for (Path path : paths) {
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new CommandFailure(ExitCode.WRONG_USE, path + ": no such file");
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    ScanSummary summary = new ScanSummary(json ? new PrintWriter(PrintWriter.nullWriter()) : out);
    try (ScanProgress progress = ScanProgress.start(summary, paths, json)) {
      if (ControlClient.answers(settings.controlSocket())) {
        throughAgent(settings, summary);
      } else {
        settings.requireAppliance(config.file());
        OwnScan.run(settings, paths, summary);
      }
      progress.done();
    }
    out.println(json ? Json.of(summary.json()) : summary.text());
    return summary.exitCode();
  }

  private void throughAgent(AgentSettings settings, ScanSummary summary)
      throws IOException, InterruptedException {
    try (ControlClient client = new ControlClient(settings.controlSocket())) {
      client.beginScan();
      Thread feeder =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  ScanSummary.walk(paths, summary, client::file);
                  client.endScan();
                } catch (IOException agentLeft) {
                  summary.broken(Causes.sentence(agentLeft));
                }
              });
      client.results(summary::add);
      feeder.join();
    }
  }

  /** What is found, one file at a time. */
  interface Feed {
    void file(Path file) throws IOException;
  }
}
