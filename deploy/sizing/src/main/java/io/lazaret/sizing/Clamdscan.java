// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command {@code clamdscan --stream}, one process for each connection. */
final class Clamdscan implements AutoCloseable {
  private static final int LONGEST_MINUTES = 10;

  private final int connections;
  private final Path folder;
  private final Path configuration;

  Clamdscan(InetSocketAddress clamd, int connections, Path folder) throws IOException {
    this.connections = connections;
    this.folder = folder;
    this.configuration = folder.resolve("clamdscan.conf");
    Files.writeString(
        configuration,
        "TCPSocket "
            + clamd.getPort()
            + "\nTCPAddr "
            + clamd.getHostString()
            + "\nStreamMaxLength 100M\n");
  }

  /** How long all of them took, in nanoseconds; fails unless all of them are clean. */
  long scan(List<Path> files) throws IOException, InterruptedException {
    List<Path> lists = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      StringBuilder list = new StringBuilder();
      for (int file = i; file < files.size(); file += connections) {
        list.append(files.get(file)).append('\n');
      }
      lists.add(Files.writeString(folder.resolve("list-" + i), list));
    }
    try {
      long start = System.nanoTime();
      List<Process> running = new ArrayList<>();
      for (Path list : lists) {
        running.add(start(list));
      }
      for (Process one : running) {
        await(one);
      }
      return System.nanoTime() - start;
    } finally {
      for (Path list : lists) {
        Files.delete(list);
      }
    }
  }

  private Process start(Path list) throws IOException {
    ProcessBuilder clamdscan =
        new ProcessBuilder(
                "clamdscan",
                "--stream",
                "--no-summary",
                "--infected",
                "--config-file=" + configuration,
                "--file-list=" + list)
            .redirectErrorStream(true);
    try {
      return clamdscan.start();
    } catch (IOException e) {
      throw new IOException("clamdscan: not started (expected: the package clamdscan)", e);
    }
  }

  private static void await(Process process) throws IOException, InterruptedException {
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("clamdscan: " + said.strip() + " (expected: all clean)");
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(configuration);
  }
}
