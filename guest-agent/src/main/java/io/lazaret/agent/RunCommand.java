// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.client.TlsDialler;
import io.lazaret.agent.client.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code run}: guards until it is told to stop. */
@Command(
    name = "run",
    description = "Guards the filesystems of the settings until SIGTERM.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {

  private static final long DRAIN_MILLIS = 500;

  @Mixin private ConfigOption config = new ConfigOption();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call()
      throws CommandFailure, SettingsException, IOException, InterruptedException {
    return run(
        config.file(), TlsDialler::new, spec.commandLine().getOut(), spec.commandLine().getErr());
  }

  /**
   * Guards until a signal; needs nothing of the command line's library, and nothing of the settings
   * file's when the start script has had it read by another process.
   */
  static int run(Path file, Transport.Maker transport, PrintWriter out, PrintWriter err)
      throws SettingsException, IOException, InterruptedException {
    String read = System.getenv(SettingsCommand.READ_ALREADY);
    AgentSettings settings =
        read == null || read.isEmpty()
            ? AgentSettings.load(file)
            : AgentSettings.of(FlatSettings.parse(read, file.toString(), file.resolveSibling("")));
    settings.requireAppliance(file);
    if (settings.watch().filesystems().none()) {
      err.println("lazaret-agent: NOTHING IS GUARDED: filesystems is empty in " + file);
      err.flush();
    }
    LogOutput log = LogOutput.install();
    Agent agent = new Agent(settings, transport);
    agent.logsTo(log);
    if (!agent.guarding().blocking()) {
      err.println(
          "lazaret-agent: NOTHING IS BLOCKED: notify mode, infected files are only reported: "
              + agent.guarding().reason());
      err.flush();
    }
    AtomicBoolean watchingFailed = new AtomicBoolean();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> stop(agent, log, watchingFailed), "lazaret-stop"));
    agent.start();
    out.println(
        "ready mode="
            + agent.guarding().mode()
            + " filesystems="
            + agent.filesystems()
            + " appliance="
            + agent.standing().appliance().map(Object::toString).orElse("away"));
    out.flush();
    agent.awaitEnd();
    watchingFailed.set(true); // unless the hook runs already, which asked before
    return ExitCode.COULD_NOT;
  }

  private static void stop(Agent agent, LogOutput log, AtomicBoolean watchingFailed) {
    int code = watchingFailed.get() ? ExitCode.COULD_NOT : ExitCode.DONE;
    try {
      agent.stop();
    } catch (IOException | InterruptedException | RuntimeException failed) {
      // Not a constant: it would be made before the log has its place.
      LoggerFactory.getLogger(RunCommand.class).error("stop failed", failed);
      code = ExitCode.COULD_NOT;
    }
    try {
      log.drain(DRAIN_MILLIS);
    } catch (InterruptedException ended) {
      code = ExitCode.COULD_NOT;
    }
    // The hook runs at a signal, whose own exit code would tell nothing.
    Runtime.getRuntime().halt(code);
  }
}
