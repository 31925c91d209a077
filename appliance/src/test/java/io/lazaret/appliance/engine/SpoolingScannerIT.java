// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lazaret.protocol.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contents that a real clamd reads from files. */
class SpoolingScannerIT extends ScannerContract {
  @TempDir static Path directory;
  static EngineRig rig;
  static ClamdHome home;
  static Path files;
  static int port;
  static int nobodys;

  @BeforeAll
  static void start() throws IOException {
    port = freePort();
    nobodys = freePort();
    Path signatures = directory.resolve("signatures");
    TestSignatures.writeTo(signatures);
    EngineSettings any = EngineRig.settings(directory, "clamd", EngineRig.limits());
    rig =
        EngineRig.start(
            directory,
            new EngineSettings(
                managed(signatures, "engine", port), any.limits(), any.queue(), any.care()));
    rig.awaitReady();
    home = ClamdHome.prepare(managed(signatures, "files", nobodys));
    files = Path.of(home.spool().orElseThrow().name());
  }

  private static EngineSettings.Managed managed(Path signatures, String folder, int at) {
    return new EngineSettings.Managed(
        "clamd", signatures, directory.resolve(folder), "", "", at, 2L << 30, "");
  }

  @AfterAll
  static void stop() {
    home.close();
    rig.close();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    try (Stream<Path> left = Files.list(files)) {
      assertEquals(0, left.count());
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static ClamavClientScanner scanner(int at) {
    return new ClamavClientScanner(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 1 << 20)
        .withAllIn(home.spool().orElseThrow());
  }

  @Override
  Scanner working() {
    return scanner(port);
  }

  @Override
  Scanner absent() {
    return scanner(nobodys);
  }

  @Test
  void aFileThatClamdCannotReadIsNeverClean() throws Exception {
    Path closed = Files.createDirectory(directory.resolve("closed"));
    try (ContentSpool spool = new ContentSpool(closed, "nowhere")) {
      Scanner scanner =
          new ClamavClientScanner(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1 << 20)
              .withAllIn(spool);
      Scanner.Look look = scanner.scan(10, () -> new ByteArrayInputStream(new byte[10]));
      assertEquals(Scanner.Look.Failed.class, look.getClass(), look.toString());
    }
  }

  @Test
  void whatDoesNotFitIsStreamed() throws Exception {
    try (ContentSpool gone = new ContentSpool(directory.resolve("not-there"), "not-there")) {
      Scanner scanner =
          new ClamavClientScanner(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1 << 20)
              .withAllIn(gone);
      byte[] eicar = TestContents.eicar();
      Scanner.Look look = scanner.scan(eicar.length, () -> new ByteArrayInputStream(eicar));
      assertEquals(
          Verdict.Infected.class,
          look instanceof Scanner.Look.Found(Verdict verdict) ? verdict.getClass() : null);
      assertThrows(
          IOException.class, () -> gone.put(new ByteArrayInputStream(eicar), eicar.length));
    }
  }
}
