// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** clamd's own INSTREAM, as directly as it goes: the scan and nothing else. */
final class Instream {
  private static final byte[] COMMAND = "zINSTREAM\0".getBytes(StandardCharsets.US_ASCII);
  private static final int LONGEST_MILLIS = 60_000;

  private Instream() {}

  /** How long the scan of a content took, connecting included; fails unless it is clean. */
  static long scan(InetSocketAddress clamd, byte[] content) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(COMMAND.length + 4 + content.length + 4);
    frame.put(COMMAND).putInt(content.length).put(content).putInt(0);
    long start = System.nanoTime();
    try (Socket socket = new Socket(clamd.getAddress(), clamd.getPort())) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(LONGEST_MILLIS);
      socket.getOutputStream().write(frame.array());
      String said =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      long nanos = System.nanoTime() - start;
      if (!said.startsWith("stream: OK")) {
        throw new IOException("clamd: " + said + " (expected: stream: OK)");
      }
      return nanos;
    }
  }
}
