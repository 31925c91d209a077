// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Processor time of a process on this machine, from /proc; its own steps are of 10 ms. */
final class ProcessTimes {
  private static final String LISTENS = "0A";
  private static final int MILLIS_PER_TICK = 10; // USER_HZ is 100 on every Linux of today

  private final Path stat;

  private ProcessTimes(Path process) {
    this.stat = process.resolve("stat");
  }

  static ProcessTimes self() {
    return new ProcessTimes(Path.of("/proc/self"));
  }

  /** Of the process that listens at the port; wants the right to see its descriptors. */
  static ProcessTimes listeningAt(InetSocketAddress address) throws IOException {
    String inode = inode(address.getPort());
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (holds(process, Path.of("socket:[" + inode + "]"))) {
          return new ProcessTimes(process);
        }
      }
    }
    throw new IOException(
        "port: " + address.getPort() + " (expected: of a process whose descriptors we may see)");
  }

  /** What it used itself, in milliseconds. */
  long millis() throws IOException {
    return millis(11);
  }

  /** What its children used that have ended, in milliseconds. */
  long childrenMillis() throws IOException {
    return millis(13);
  }

  /** What all processors of this machine had nothing to do, in milliseconds since its start. */
  static long idleMillis() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
      String all = lines.filter(line -> line.startsWith("cpu ")).findFirst().orElseThrow();
      String[] fields = all.strip().split("\\s+", -1);
      return MILLIS_PER_TICK * (Long.parseLong(fields[4]) + Long.parseLong(fields[5]));
    }
  }

  private long millis(int first) throws IOException {
    String line = Files.readString(stat);
    // The name, in brackets, may hold anything.
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
    return MILLIS_PER_TICK * (Long.parseLong(fields[first]) + Long.parseLong(fields[first + 1]));
  }

  private static String inode(int port) throws IOException {
    String local = String.format(Locale.ROOT, ":%04X", port);
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length > 9 && fields[1].endsWith(local) && fields[3].equals(LISTENS)) {
          return fields[9];
        }
      }
    }
    throw new IOException("port: " + port + " (expected: one that a process listens at)");
  }

  private static boolean holds(Path process, Path socket) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (Files.readSymbolicLink(descriptor).equals(socket)) {
          return true;
        }
      }
    } catch (IOException e) {
      return false; // it has ended, or is not ours to look into
    }
    return false;
  }
}
