// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A bad line between guests and their appliance. How bad is in a file, which is read again for
 * every piece that passes, so that it holds for connections that are open already.
 */
@Command(
    name = "fault-proxy",
    description = {
      "Stands between guests and an appliance and does what a file says:",
      "pass; slow: a byte a second; silent: takes all and gives nothing; garbage: gives wrong"
          + " bytes;",
      "half: gives half a piece and nothing more; refuse: closes."
    })
final class FaultProxy implements Callable<Integer> {
  private static final int PIECE = 4096;
  private static final long LOOK_MILLIS = 100;

  enum Mode {
    PASS,
    SLOW,
    SILENT,
    GARBAGE,
    HALF,
    REFUSE
  }

  @Option(names = "--listen", required = true, description = "HOST:PORT to take guests at.")
  private String listen = "";

  @Option(names = "--to", required = true, description = "Port of the appliance on loopback.")
  private int to;

  @Option(names = "--mode-file", required = true, description = "File with the mode, one word.")
  private Path modeFile = Path.of("");

  @Override
  public Integer call() throws IOException {
    int colon = listen.lastIndexOf(':');
    InetAddress host = InetAddress.getByName(listen.substring(0, colon));
    int port = Integer.parseInt(listen.substring(colon + 1));
    try (ServerSocket server = new ServerSocket(port, 50, host)) {
      System.out.println("listening on " + listen);
      while (true) {
        Socket guest = server.accept();
        Thread.ofVirtual().start(() -> serve(guest));
      }
    }
  }

  private Mode mode() throws IOException {
    return Mode.valueOf(Files.readString(modeFile).strip().toUpperCase(Locale.ROOT));
  }

  private void serve(Socket guest) {
    try (guest) {
      if (mode() == Mode.REFUSE) {
        return;
      }
      try (Socket appliance = new Socket()) {
        appliance.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), to));
        Thread.ofVirtual().start(() -> copy(guest, appliance, false));
        copy(appliance, guest, true);
      }
    } catch (IOException ended) {
      System.out.println("connection ended: " + ended.getMessage());
    }
  }

  /** Until one side ends, and then ends the other. */
  private void copy(Socket from, Socket into, boolean toGuest) {
    try (from;
        into) {
      InputStream in = from.getInputStream();
      OutputStream out = into.getOutputStream();
      byte[] piece = new byte[PIECE];
      for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
        if (!pass(piece, length, out, toGuest)) {
          return;
        }
      }
    } catch (IOException | InterruptedException ended) {
      System.out.println("direction ended: " + ended.getMessage());
    }
  }

  private boolean pass(byte[] piece, int length, OutputStream out, boolean toGuest)
      throws IOException, InterruptedException {
    switch (mode()) {
      case PASS -> out.write(piece, 0, length);
      case SLOW -> {
        for (int i = 0; i < length && mode() == Mode.SLOW; i++) {
          out.write(piece[i]);
          TimeUnit.SECONDS.sleep(1);
        }
        // What was cut here cannot be mended: the next connection is a good one.
        return mode() == Mode.SLOW;
      }
      case SILENT -> {
        return !toGuest || waitWhile(Mode.SILENT);
      }
      case GARBAGE -> {
        if (toGuest) {
          piece[length / 2] ^= 0x5A;
        }
        out.write(piece, 0, length);
      }
      case HALF -> {
        out.write(piece, 0, toGuest ? (length + 1) / 2 : length);
        return !toGuest || waitWhile(Mode.HALF);
      }
      case REFUSE -> {
        return false;
      }
    }
    return true;
  }

  private boolean waitWhile(Mode mode) throws IOException, InterruptedException {
    while (mode() == mode) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    return false;
  }
}
