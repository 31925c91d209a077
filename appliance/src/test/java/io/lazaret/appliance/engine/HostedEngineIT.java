// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real clamd that a host has started for us as another user, at the end of a connection. */
class HostedEngineIT {
  private static final String USER = "clamav";

  @TempDir Path directory;

  @Test
  void aHostedEngineScansSurvivesItsDeathAndTakesNewSignatures() throws IOException {
    try (var _ = new Host(directory);
        EngineRig rig = rig()) {
      rig.awaitReady();
      assertEquals(USER, owner(rig));
      assertInstanceOf(Verdict.Infected.class, rig.verdict(TestContents.eicar()));
      assertEquals(Verdict.CLEAN, rig.verdict(TestContents.text("nothing to see here")));

      Files.writeString(
          rig.signatures.resolve("new.ndb"),
          "Fresh:0:*:" + HexFormat.of().formatHex(TestContents.text("nothing to see")) + "\n");
      EngineRig.get(rig.engine.reload());
      assertInstanceOf(
          Verdict.Infected.class, rig.verdict(TestContents.text("nothing to see here")));

      long first = rig.engine.enginePid();
      assertTrue(ProcessHandle.of(first).orElseThrow().destroyForcibly());
      EngineRig.await("another one is there", () -> another(rig, first));
      assertInstanceOf(Verdict.Infected.class, rig.verdict(TestContents.eicar()));
    }
  }

  @Test
  void aHostedEngineEndsWithTheConnection() throws IOException, InterruptedException {
    try (Host host = new Host(directory)) {
      EngineSettings.Managed settings = settings();
      TestSignatures.writeTo(settings.signatures());
      ClamdHome home = ClamdHome.prepare(settings);
      Files.createSymbolicLink(home.directory().resolve("sets"), settings.signatures());
      ClamdProcess clamd = ClamdProcess.start(home, EngineRig.limits(), "clamd", "sets", 0);
      ProcessHandle process = ProcessHandle.of(clamd.pid()).orElseThrow();
      assertTrue(clamd.alive());
      host.cut();
      assertTrue(clamd.ended(Duration.ofSeconds(20)));
      EngineRig.await("clamd is gone", () -> !process.isAlive());
      assertTrue(clamd.broke());
      assertFalse(clamd.holdsPort());
    }
  }

  @Test
  void aHostRefusesNamesThatAreNone() throws IOException {
    try (var _ = new Host(directory)) {
      for (String name : List.of("../clamd", "a b", "-x", "")) {
        IOException refused =
            assertThrows(
                IOException.class,
                () -> HostedProcess.start(directory.resolve("host"), name).destroyForcibly());
        assertTrue(
            String.valueOf(refused.getMessage()).contains("expected: start NAME"),
            refused.toString());
      }
    }
  }

  private EngineRig rig() throws IOException {
    TestSignatures.writeTo(directory.resolve("signatures"));
    EngineSettings settings = EngineRig.settings(directory, "clamd", EngineRig.limits());
    return EngineRig.start(
        directory,
        new EngineSettings(settings(), settings.limits(), settings.queue(), settings.care()));
  }

  private EngineSettings.Managed settings() throws IOException {
    Path temporary = Files.createDirectories(directory.resolve("engine").resolve("tmp"));
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
    return new EngineSettings.Managed(
        "clamd",
        directory.resolve("signatures"),
        directory.resolve("engine"),
        "tmp",
        "",
        0,
        0,
        directory.resolve("host").toString());
  }

  private static boolean another(EngineRig rig, long first) {
    return rig.engine.status().ready() && rig.engine.enginePid() != first;
  }

  private static String owner(EngineRig rig) {
    return ProcessHandle.of(rig.engine.enginePid()).orElseThrow().info().user().orElse("");
  }

  /**
   * What systemd does: for each connection the program, as its user, with the connection as input
   * and output.
   */
  private static final class Host implements AutoCloseable {
    private static final Path PROGRAM =
        Path.of("src", "main", "dist", "libexec", "engine-host").toAbsolutePath();

    private final Path directory;
    private final ServerSocketChannel listener;
    private final List<SocketChannel> connections = new CopyOnWriteArrayList<>();

    Host(Path directory) throws IOException {
      this.directory = Files.createDirectories(directory.resolve("engine"));
      Files.setAttribute(this.directory, "unix:mode", 02750);
      Files.getFileAttributeView(this.directory, PosixFileAttributeView.class)
          .setGroup(
              directory
                  .getFileSystem()
                  .getUserPrincipalLookupService()
                  .lookupPrincipalByGroupName(USER));
      listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listener.bind(UnixDomainSocketAddress.of(directory.resolve("host")));
      Thread.ofPlatform().daemon().start(this::accept);
    }

    void cut() throws IOException {
      for (SocketChannel connection : connections) {
        connection.close();
      }
    }

    private void accept() {
      try {
        while (true) {
          SocketChannel connection = listener.accept();
          connections.add(connection);
          Process program =
              new ProcessBuilder(
                      "setpriv",
                      "--reuid=" + USER,
                      "--regid=" + USER,
                      "--clear-groups",
                      "sh",
                      "-c",
                      Files.readString(PROGRAM),
                      "engine-host")
                  .directory(directory.toFile())
                  .start();
          InputStream heard = Channels.newInputStream(connection);
          OutputStream said = Channels.newOutputStream(connection);
          pump(heard, program.getOutputStream());
          pump(program.getInputStream(), said);
        }
      } catch (IOException e) {
        return; // closed
      }
    }

    private static void pump(InputStream from, OutputStream to) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try (from;
                to) {
              byte[] bytes = new byte[4096];
              for (int got = from.read(bytes); got >= 0; got = from.read(bytes)) {
                to.write(bytes, 0, got);
                to.flush();
              }
            } catch (IOException e) {
              return; // one of them is gone, so is the other now
            }
          });
    }

    @Override
    public void close() throws IOException {
      listener.close();
      cut();
    }
  }
}
