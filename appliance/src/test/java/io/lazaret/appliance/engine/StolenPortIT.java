// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody else listens where clamd is to listen, and answers as clamd does. */
class StolenPortIT {
  @TempDir Path directory;

  @Test
  void aStrangerOnThePortIsNeverAskedAndSignaturesAreNotBlamed() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    try (ServerSocket stranger = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> pong(stranger, asked));
      EngineSettings plain = EngineRig.settings(directory, "clamd", EngineRig.limits());
      EngineSettings.Managed managed = (EngineSettings.Managed) plain.daemon();
      TestSignatures.writeTo(directory.resolve("signatures"));
      try (EngineRig rig =
          EngineRig.start(
              directory,
              new EngineSettings(
                  new EngineSettings.Managed(
                      managed.binary(),
                      managed.signatures(),
                      managed.directory(),
                      "",
                      "",
                      stranger.getLocalPort(),
                      managed.memoryBytes(),
                      ""),
                  plain.limits(),
                  plain.queue(),
                  plain.care()))) {
        EngineRig.await(
            "it is said", () -> rig.engine.status().problem().contains("somebody else listens"));
        assertFalse(rig.engine.status().ready());
        assertEquals(0, asked.get());
        leave(stranger);
        rig.awaitReady();
        assertEquals(1, rig.engine.status().generation());
      }
    }
  }

  private static void leave(ServerSocket stranger) throws IOException {
    stranger.close();
  }

  private static void pong(ServerSocket stranger, AtomicInteger asked) {
    while (true) {
      try (Socket client = stranger.accept()) {
        asked.incrementAndGet();
        client.getOutputStream().write("PONG\0".getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        if (stranger.isClosed()) {
          return;
        }
      }
    }
  }
}
