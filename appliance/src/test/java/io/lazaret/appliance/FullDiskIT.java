// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static io.lazaret.appliance.ApplianceRig.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.engine.TestSignatures;
import io.lazaret.appliance.identity.CertificateAuthority;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.tls.EnrolmentToken;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An appliance that is killed while its disk is full; mounts a tmpfs, so it needs root. */
final class FullDiskIT {
  private static final String MARKER = "harmless until a signature says otherwise";
  private static final List<byte[]> FILES =
      IntStream.range(0, 40).mapToObj(i -> text(MARKER + " " + i)).toList();

  @TempDir private Path directory;
  private Path mount;

  @BeforeEach
  void mount() throws Exception {
    mount = Files.createDirectory(directory.resolve("mount"));
    run("mount", "-t", "tmpfs", "-o", "size=24m,mode=755", "lazaret-test", mount.toString());
    TestSignatures.writeTo(directory.resolve("signatures"));
    CertificateAuthority.create(directory.resolve("ca"), "test", "localhost", Clock.systemUTC());
    Files.createDirectory(mount.resolve("state"));
    Files.writeString(
        config(),
        """
        listen.guests = "127.0.0.1:0"
        listen.admin = "127.0.0.1:0"
        state.directory = "%1$s"
        engine.directory = "%1$s/engine"
        staging.directory = "%1$s"
        engine.signatures = signatures
        engine.ping-every = 200ms
        engine.signatures-every = 100ms
        verdicts.reverify-per-second = 1
        """
            .formatted(mount.resolve("state")));
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", "-l", mount.toString());
  }

  @Test
  void whatTurnsInfectedWhileTheDiskIsFullIsNeverCleanAgain() throws Exception {
    TlsIdentity guest;
    TlsIdentity away;
    try (Victim victim = start("token")) {
      guest = victim.enrol();
      away = victim.enrol();
      for (TlsIdentity one : List.of(away, guest)) {
        try (TestGuest session = victim.open(one)) {
          FILES.forEach(file -> assertEquals(Verdict.CLEAN, ask(session, Lane.OPEN, file)));
        }
      }
      try (TestGuest session = victim.open(guest)) {
        addSignature();
        session.await(Message.EpochChanged.class);
        fill();
        FILES.forEach(file -> assertInfected(ask(session, Lane.RESCAN, file)));
      }
      assertTrue(victim.unsaved() > 0, "there was room on a full disk (expected: none)");
    }

    fill();
    try (Victim victim = start()) {
      try (TestGuest session = victim.open(away)) {
        FILES.forEach(file -> assertInfected(ask(session, Lane.OPEN, file)));
        assertAllRevoked(session);
      }
      assertTrue(victim.unsaved() > 0);
      Files.delete(filler());
      ApplianceRig.await("all saved", () -> victim.unsaved() == 0);
    }

    try (Victim victim = start()) {
      assertEquals(0, victim.unsaved());
      try (TestGuest session = victim.open(guest)) {
        FILES.forEach(file -> assertInfected(ask(session, Lane.OPEN, file)));
      }
    }
  }

  private static Verdict ask(TestGuest guest, Lane lane, byte[] file) {
    try {
      Outcome outcome = guest.ask(1, lane, file, file);
      return assertInstanceOf(Outcome.Judged.class, outcome).verdict();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertInfected(Verdict verdict) {
    assertInstanceOf(Verdict.Infected.class, verdict);
  }

  private static void assertAllRevoked(TestGuest guest) throws IOException {
    Set<ContentKey> missing = new HashSet<>();
    FILES.forEach(file -> missing.add(TestGuest.keyOf(file)));
    while (!missing.isEmpty()) {
      for (Revocation one : guest.await(Message.Revoked.class).revocations()) {
        assertInfected(one.verdict());
        missing.remove(one.content());
      }
    }
  }

  private void addSignature() throws IOException {
    Path ready = directory.resolve("ready");
    Files.writeString(ready, "Turned.Bad:0:*:" + HexFormat.of().formatHex(text(MARKER)) + "\n");
    Files.move(ready, directory.resolve("signatures/new.ndb"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Leaves not one block. */
  private void fill() throws IOException {
    byte[] zeros = new byte[4096];
    try (OutputStream out =
        Files.newOutputStream(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (true) {
        out.write(zeros);
      }
    } catch (IOException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("No space"), e.toString());
    }
  }

  private Victim start(String... more) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ApplianceVictim.class.getName(), config().toString()));
    command.addAll(List.of(more));
    return Victim.of(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** An {@link ApplianceVictim}; closing kills it. */
  private record Victim(Process process, InetSocketAddress address, String token)
      implements AutoCloseable {
    static Victim of(Process process) throws IOException {
      try {
        List<String> said = List.of(said(process, "ready ").split(" ", -1));
        int port = Integer.parseInt(said.get(1));
        return new Victim(
            process, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), said.get(2));
      } catch (IOException | RuntimeException | AssertionError e) {
        process.destroyForcibly();
        throw e;
      }
    }

    TlsIdentity enrol() throws IOException, GeneralSecurityException {
      return TestGuest.enrol(address, EnrolmentToken.parse(token));
    }

    TestGuest open(TlsIdentity identity) throws IOException {
      return TestGuest.open(address, identity);
    }

    /** How many infected verdicts it could not save. */
    long unsaved() {
      try {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        return Long.parseLong(said(process, ""));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
      process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static String said(Process process, String start) throws IOException {
      BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
      String line = out.readLine();
      if (line == null || !line.startsWith(start)) {
        throw new AssertionError("victim: " + line + " (expected: " + start + "...)");
      }
      return line;
    }
  }

  private Path config() {
    return directory.resolve("appliance.conf");
  }

  private Path filler() {
    return mount.resolve("filler");
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertEquals(0, process.waitFor(), String.join(" ", command));
  }
}
