// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes over the wire, as clamd would read it. */
@Timeout(30)
class StreamCommandTest {
  private static final String COMMAND = "zINSTREAM\0";

  @Test
  void everyLengthArrivesWhole() throws Exception {
    int write = 128 << 10;
    int head = COMMAND.length() + 4;
    for (int length :
        new int[] {1, 6, 2048, write - head - 5, write - head - 4, write - head, write, 1 << 20}) {
      byte[] content = new byte[length];
      new Random(length).nextBytes(content);
      assertArrayEquals(content, received(new ByteArrayInputStream(content), length));
    }
  }

  @Test
  void zeroBytesInTheContentDoNotEndIt() throws Exception {
    assertArrayEquals(
        new byte[300_000], received(new ByteArrayInputStream(new byte[300_000]), 300_000));
  }

  @Test
  void aSlowReaderGetsEveryByte() throws Exception {
    byte[] content = new byte[8 << 20]; // more than the buffers of both ends
    new Random(1).nextBytes(content);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server.setReceiveBufferSize(4096);
      CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> serve(server));
      new StreamCommand(new ByteArrayInputStream(content), content.length).send(address(server));
      assertArrayEquals(content, read.get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void aContentThatStopsGivesNoVerdict() throws Exception {
    InputStream torn =
        new FilterInputStream(new ByteArrayInputStream(new byte[200_000])) {
          @Override
          public int read(byte[] into, int offset, int count) throws IOException {
            int got = super.read(into, offset, count);
            if (got < 0) {
              throw new IOException("torn");
            }
            return got;
          }
        };
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> serve(server));
      Scanner.Look look =
          new ClamavClientScanner(address(server), 1 << 20).scan(300_000, () -> torn);
      assertInstanceOf(Scanner.Look.BadSource.class, look);
      assertTrue(read.handle((bytes, failure) -> failure != null).get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void anAnswerThatIsCutOffIsNoVerdict() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> hangUp =
          CompletableFuture.runAsync(() -> {
            try (Socket socket = server.accept()) {
              content(socket);
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
      Scanner.Look look =
          new ClamavClientScanner(address(server), 1 << 20)
              .scan(10, () -> new ByteArrayInputStream(new byte[10]));
      hangUp.get(20, TimeUnit.SECONDS);
      assertInstanceOf(Scanner.Look.Lost.class, look);
    }
  }

  private static byte[] received(InputStream content, int length) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> serve(server));
      assertEquals(
          new Scanner.Look.Found(Verdict.CLEAN),
          new ClamavClientScanner(address(server), 1 << 20).scan(length, () -> content));
      return read.get(20, TimeUnit.SECONDS);
    }
  }

  private static InetSocketAddress address(ServerSocket server) {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  private static byte[] serve(ServerSocket server) {
    try (Socket socket = server.accept()) {
      byte[] content = content(socket);
      socket.getOutputStream().write("stream: OK\0".getBytes(StandardCharsets.US_ASCII));
      return content;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] content(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    assertEquals(COMMAND, new String(in.readNBytes(COMMAND.length()), StandardCharsets.US_ASCII));
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (int length = in.readInt(); length != 0; length = in.readInt()) {
      byte[] chunk = new byte[length];
      in.readFully(chunk);
      content.write(chunk);
    }
    return content.toByteArray();
  }
}
