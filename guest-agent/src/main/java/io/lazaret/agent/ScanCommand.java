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
import java.util.Map;
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
  @Parameters(paramLabel = "PATH", arity = "0..*", description = "files and folders")
  private List<Path> paths = List.of();

  @Option(
      names = "--background",
      description = "leave it to the running agent, which goes on with it also after a restart")
  private boolean background;

  @Option(
      names = "--cross-filesystems",
      description = "with --background: also what is mounted below the paths")
  private boolean crossing;

  @Option(names = "--status", description = "show the scans in the background")
  private boolean status;

  @Option(names = "--show", paramLabel = "ID", description = "show what one of them found")
  private String shown = "";

  @Option(names = "--stop", paramLabel = "ID", description = "stop one of them")
  private String stopped = "";

  @Option(names = "--resume", paramLabel = "ID", description = "go on with one that was stopped")
  private String resumed = "";

  @Option(names = "--json", description = "the summary as JSON")
  private boolean json;

  @Mixin private ConfigOption config = new ConfigOption();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    AgentSettings settings = config.load();
    boolean asksAgent = status || !shown.isEmpty() || !stopped.isEmpty() || !resumed.isEmpty();
    if (paths.isEmpty() != asksAgent) {
      throw new CommandFailure(
          ExitCode.WRONG_USE,
          asksAgent ? "PATH and an option that takes none" : "PATH: missing (expected: a path)");
    }
    if (asksAgent) {
      return ask(new BackgroundScans(settings.controlSocket()));
    }
    for (Path path : paths) {
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new CommandFailure(ExitCode.WRONG_USE, path + ": no such file");
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (background) {
      String id = new BackgroundScans(settings.controlSocket()).begin(paths, crossing);
      out.println(json ? Json.of(Map.of("id", id)) : id);
      return ExitCode.DONE;
    }
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

  private int ask(BackgroundScans scans) throws CommandFailure {
    PrintWriter out = spec.commandLine().getOut();
    if (!stopped.isEmpty()) {
      scans.change(stopped, false);
    }
    if (!resumed.isEmpty()) {
      scans.change(resumed, true);
    }
    List<Map<String, Object>> rows = shown.isEmpty() ? scans.list() : scans.findings(shown);
    for (Map<String, Object> row : rows) {
      out.println(json ? Json.of(row) : BackgroundScans.text(row));
    }
    return shown.isEmpty() && stopped.isEmpty() && resumed.isEmpty()
        ? BackgroundScans.exitCode(rows)
        : ExitCode.DONE;
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
