// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.metrics.Metric;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link TestAgent} in a JVM of its own, killed from outside when it does not end by itself. */
final class AgentProcess implements AutoCloseable {
  /** What the agent is started with. */
  record Options(
      TestSource.Mode mode,
      String failure,
      Duration deadline,
      int heldOpens,
      boolean kernelIgnore,
      int leases,
      int nofile) {
    static Options defaults() {
      return new Options(
          TestSource.Mode.JUDGE, "ALLOW", Duration.ofSeconds(5), 1024, false, 0, 4096);
    }

    Options mode(TestSource.Mode changed) {
      return new Options(changed, failure, deadline, heldOpens, kernelIgnore, leases, nofile);
    }

    Options failure(String changed) {
      return new Options(mode, changed, deadline, heldOpens, kernelIgnore, leases, nofile);
    }

    Options deadline(Duration changed) {
      return new Options(mode, failure, changed, heldOpens, kernelIgnore, leases, nofile);
    }

    Options nofile(int changed) {
      return new Options(mode, failure, deadline, heldOpens, kernelIgnore, leases, changed);
    }

    Options kernelIgnore(boolean changed) {
      return new Options(mode, failure, deadline, heldOpens, changed, leases, nofile);
    }

    /** On the guarded filesystem, with kernel ignore marks. */
    Options leases(int changed) {
      return new Options(mode, failure, deadline, heldOpens, true, changed, nofile);
    }
  }

  private final Process process;
  private final BufferedReader output;
  private final BufferedWriter input;

  AgentProcess(Path mount, Options options) throws IOException {
    this(mount.toString(), options);
  }

  /** For mounts with colons between them. */
  AgentProcess(String mounts, Options options) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("timeout", "-s", "KILL", "120", "sh", "-c"));
    command.add("ulimit -n " + options.nofile() + " && exec \"$0\" \"$@\"");
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx64m",
            "-Xss256k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            TestAgent.class.getName(),
            mounts,
            options.mode().name(),
            options.failure(),
            Long.toString(options.deadline().toMillis()),
            Integer.toString(options.heldOpens()),
            Boolean.toString(options.kernelIgnore()),
            Integer.toString(options.leases())));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    input =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    expect("READY");
  }

  private void expect(String expected) throws IOException {
    String line = output.readLine();
    if (!expected.equals(line)) {
      throw new IOException("agent said: " + line + " (expected: " + expected + ")");
    }
  }

  String tell(String command) throws IOException {
    input.write(command);
    input.newLine();
    input.flush();
    String line = output.readLine();
    if (line == null) {
      throw new IOException("agent ended at: " + command);
    }
    return line;
  }

  long count(Metric metric) throws IOException {
    return Long.parseLong(tell("count " + metric));
  }

  void mode(TestSource.Mode mode) throws IOException {
    expectOk(tell("mode " + mode));
  }

  private static void expectOk(String line) throws IOException {
    if (!line.equals("ok")) {
      throw new IOException("agent said: " + line + " (expected: ok)");
    }
  }

  /** How many filesystems the kernel itself says that the agent has marked. */
  int marks() throws IOException, InterruptedException {
    int marks = 0;
    for (ProcessHandle child : process.descendants().toList()) {
      String said = Sh.run("cat /proc/" + child.pid() + "/fdinfo/* 2>/dev/null").output();
      marks += (int) said.lines().filter(line -> line.startsWith("fanotify sdev:")).count();
    }
    return marks;
  }

  /** Ends it in order. */
  void stop() throws IOException, InterruptedException {
    input.write("stop\n");
    input.flush();
    expect("STOPPED");
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      throw new IOException("agent does not end");
    }
  }

  /** kill -9 of the agent itself. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    kill();
    process.destroyForcibly();
  }
}
