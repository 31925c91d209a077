// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The socket that listens at a loopback port, when it is a certain process's. Any user of the
 * machine may listen there before clamd does, or after its death, and would answer as it pleases.
 */
final class ListeningSocket {
  private static final String LISTENS = "0A";

  private final BooleanSupplier held;

  private ListeningSocket(BooleanSupplier held) {
    this.held = held;
  }

  private record Row(String uid, String inode) {}

  /** Empty when nobody listens there, or another process does. */
  static Optional<ListeningSocket> of(long pid, InetSocketAddress address) throws IOException {
    Optional<Row> row = row(address);
    if (row.isEmpty()) {
      return Optional.empty();
    }
    Path target = Path.of("socket:[" + row.get().inode() + "]");
    try (DirectoryStream<Path> descriptors =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
      for (Path descriptor : descriptors) {
        if (points(descriptor, target)) {
          return Optional.of(new ListeningSocket(() -> points(descriptor, target)));
        }
      }
      return Optional.empty();
    } catch (AccessDeniedException e) {
      // Without the right to look into it: its user's socket is the best that can be had.
      return row.get().uid().equals(uid(pid))
          ? Optional.of(new ListeningSocket(() -> lives(pid)))
          : Optional.empty();
    }
  }

  /**
   * Empty when nobody listens there, or another user does. For a process of another user, whose
   * descriptors we may not see: no socket gets the number of one that was there all the time.
   */
  static Optional<ListeningSocket> ofUser(String uid, InetSocketAddress address)
      throws IOException {
    return row(address)
        .filter(row -> row.uid().equals(uid))
        .map(row -> new ListeningSocket(() -> present(address, row)));
  }

  /** Whether anybody listens there. */
  static boolean taken(InetSocketAddress address) throws IOException {
    return row(address).isPresent();
  }

  /**
   * Whether the process has it still. The kernel takes a dying process's descriptors out of sight
   * before it closes them, so nobody else had the port while this was true.
   */
  boolean held() {
    return held.getAsBoolean();
  }

  private static Optional<Row> row(InetSocketAddress address) throws IOException {
    byte[] ip = address.getAddress().getAddress();
    StringBuilder local = new StringBuilder();
    for (int i = 0; i < ip.length; i++) {
      boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
      local.append(String.format(Locale.ROOT, "%02X", ip[little ? ip.length - 1 - i : i]));
    }
    local.append(String.format(Locale.ROOT, ":%04X", address.getPort()));
    try (BufferedReader lines = Files.newBufferedReader(Path.of("/proc/self/net/tcp"))) {
      // The kernel names those that listen first.
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length > 9 && fields[1].contentEquals(local) && fields[3].equals(LISTENS)) {
          return Optional.of(new Row(fields[7], fields[9]));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean present(InetSocketAddress address, Row expected) {
    try {
      return row(address).equals(Optional.of(expected));
    } catch (IOException e) {
      return false; // who cannot look has no proof
    }
  }

  private static boolean points(Path descriptor, Path target) {
    try {
      return Files.readSymbolicLink(descriptor).equals(target);
    } catch (IOException e) {
      return false; // closed, or its process is gone
    }
  }

  private static String uid(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
      String[] fields = line.split("\\s+", -1);
      if (fields[0].equals("Uid:") && fields.length > 2) {
        return fields[2];
      }
    }
    return "unknown";
  }

  private static boolean lives(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      String state = stat.substring(stat.lastIndexOf(')') + 1).strip();
      return !state.startsWith("Z") && !state.startsWith("X");
    } catch (IOException e) {
      return false; // it is gone
    }
  }
}
