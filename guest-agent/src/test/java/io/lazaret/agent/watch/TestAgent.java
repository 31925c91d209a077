// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.ContentThreads;
import io.lazaret.agent.decision.DecisionListener;
import io.lazaret.agent.decision.DecisionSettings;
import io.lazaret.agent.decision.DecisionSettings.Failure;
import io.lazaret.agent.decision.Epochs;
import io.lazaret.agent.decision.Exclusions;
import io.lazaret.agent.decision.VerdictTable;
import io.lazaret.agent.linux.Sha256;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;

/**
 * The watcher and the decision in a process of their own, with a {@link TestSource}; takes commands
 * on standard input and answers each with one line.
 */
final class TestAgent {
  private TestAgent() {}

  /**
   * Arguments: mounts with colons between them, mode, failure, deadline in ms, most held opens,
   * kernel ignore marks, most leases.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    TestSource source = new TestSource();
    Failure failure = Failure.valueOf(args[2]);
    Duration deadline = Duration.ofMillis(Long.parseLong(args[3]));
    DecisionSettings settings =
        new DecisionSettings(
            deadline,
            deadline,
            Duration.ofSeconds(10),
            failure,
            failure,
            failure,
            Failure.DENY,
            100 << 20,
            2,
            32_768,
            Exclusions.NONE);
    Counters counters = new Counters();
    try (ContentThreads content =
        new ContentThreads(settings.hashThreads(), Sha256.fastest().digests(), counters)) {
      AccessDecision decision =
          new AccessDecision(
              settings,
              new VerdictTable(settings.memoryEntries(), new Epochs(System::nanoTime), counters),
              content,
              source,
              DecisionListener.NOBODY,
              counters,
              Clock.systemUTC());
      WatchSettings watch =
          new WatchSettings(
              new Filesystems.Named(Arrays.stream(args[0].split(":", -1)).map(Path::of).toList()),
              Integer.parseInt(args[4]),
              1024,
              4,
              Boolean.parseBoolean(args[5]),
              new WatchSettings.Leases(
                  Integer.parseInt(args[6]), WatchSettings.Leases.On.GUARDED, Duration.ZERO));
      try (FanotifyWatcher watcher = FanotifyWatcher.start(watch, decision, () -> {}, counters)) {
        source.mode = TestSource.Mode.valueOf(args[1]);
        say("READY");
        BufferedReader commands =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine();
            line != null && !line.equals("stop");
            line = commands.readLine()) {
          say(command(line.split(" ", 2), source, counters, watcher));
        }
      }
    }
    say("STOPPED");
  }

  private static String command(
      String[] command, TestSource source, Counters counters, FanotifyWatcher watcher)
      throws IOException {
    return switch (command[0]) {
      case "count" -> Long.toString(counters.get(Metric.valueOf(command[1])));
      case "mode" -> {
        source.mode = TestSource.Mode.valueOf(command[1]);
        yield "ok";
      }
      case "forget" -> {
        watcher.forgetIgnored();
        yield "ok";
      }
      case "guarded" -> watcher.guarded().toString();
      case "read" -> Integer.toString(Files.readAllBytes(Path.of(command[1])).length);
      default -> throw new IllegalArgumentException("command: " + command[0]);
    };
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
