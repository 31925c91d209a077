// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Other processes that open files, and waiting for what they do. */
final class Sh {
  /** What a command came to. */
  record Result(int exit, String output, Duration took) {}

  /** Something that becomes true. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private Sh() {}

  static Process start(String script) throws IOException {
    return new ProcessBuilder("timeout", "-s", "KILL", "60", "sh", "-c", script)
        .redirectErrorStream(true)
        .start();
  }

  static Result run(String script) throws IOException, InterruptedException {
    long began = System.nanoTime();
    Process process = start(script);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(70, TimeUnit.SECONDS)) {
      throw new IOException("still running: " + script);
    }
    return new Result(process.exitValue(), output, Duration.ofNanos(System.nanoTime() - began));
  }

  static void waitFor(Duration atMost, Condition condition)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("did not become true within " + atMost);
      }
      Thread.sleep(10);
    }
  }
}
