// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A scanner that asks a real clamd: one at a known port, and another port where nobody is. */
abstract class ClamdContract extends ScannerContract {
  @TempDir static Path directory;
  static EngineRig rig;
  static int port;
  static int nobodys;

  @BeforeAll
  static void start() throws IOException {
    port = freePort();
    nobodys = freePort();
    TestSignatures.writeTo(directory.resolve("signatures"));
    EngineSettings any = EngineRig.settings(directory, "clamd", EngineRig.limits());
    rig =
        EngineRig.start(
            directory,
            new EngineSettings(managed("engine", port), any.limits(), any.queue(), any.care()));
    rig.awaitReady();
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  static EngineSettings.Managed managed(String folder, int at) {
    return new EngineSettings.Managed(
        "clamd",
        directory.resolve("signatures"),
        directory.resolve(folder),
        "",
        "",
        at,
        2L << 30,
        "");
  }

  static InetSocketAddress local(int at) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), at);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
