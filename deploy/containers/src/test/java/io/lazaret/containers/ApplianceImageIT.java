// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.sizing.AskingGuest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;

/** The built image, run as compose.yml runs it, with a real clamd and the test signatures. */
final class ApplianceImageIT {
  private static final Path TEST_SIGNATURES =
      Path.of("../../appliance/src/main/resources/io/lazaret/appliance/engine/test-signatures");
  // Put together here, so that no scanner eats the checkout.
  private static final String EICAR =
      "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*";
  private static final Map<String, Long> INFECTED = Map.of("infected_scan", 1L);
  private static final Map<String, Long> CLEAN = Map.of("clean_scan", 1L);

  @TempDir private static Path temporary;

  private static String volume = "";
  private static ApplianceContainer appliance;

  @BeforeAll
  static void start() throws IOException {
    volume = newVolume();
    appliance = container(volume, signatures("signatures"));
    appliance.start();
  }

  @AfterAll
  static void stop() {
    appliance.close();
    removeVolume(volume);
  }

  @Test
  void guestEnrolsAndGetsVerdicts() throws Exception {
    AskingGuest guest = appliance.enrol("enrolled");

    assertEquals(CLEAN, guest.ask(bytes("harmless")));
    assertEquals(INFECTED, guest.ask(bytes(EICAR)));
    assertEquals(Map.of("infected_memory", 1L), guest.ask(bytes(EICAR)));
  }

  @Test
  void nothingInItHasRights() throws Exception {
    String statuses = appliance.shell("cat /proc/[0-9]*/status 2>/dev/null || true");

    assertEquals(Set.of("Uid: 7310 7310 7310 7310"), lines(statuses, "Uid"));
    assertEquals(Set.of("Gid: 7310 7310 7310 7310"), lines(statuses, "Gid"));
    for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
      assertEquals(Set.of(set + ": 0000000000000000"), lines(statuses, set));
    }
    assertEquals(Set.of("NoNewPrivs: 1"), lines(statuses, "NoNewPrivs"));
    assertTrue(lines(statuses, "Name").containsAll(List.of("Name: java", "Name: clamd")));
    assertEquals("", appliance.shell("find / -xdev -type f -perm /6000 2>/dev/null || true"));
  }

  @Test
  void onlyItsVolumesCanBeWritten() throws Exception {
    for (String folder : List.of("/", "/etc/lazaret", "/usr/lib/lazaret-appliance", "/var/lib")) {
      ExecResult result = appliance.execInContainer("touch", folder + "/new");
      assertNotEquals(0, result.getExitCode(), folder);
    }
    // The root as a mount, not merely as a folder of somebody else.
    assertTrue(appliance.shell("grep -E '^[^ ]+ / ' /proc/mounts").contains(" ro,"));
    assertNotEquals(0, appliance.execInContainer("touch", "/var/lib/clamav/new").getExitCode());
    assertEquals("", appliance.shell("find /tmp /dev/shm -name '*.so'"));
  }

  @Test
  void killedEngineIsReplacedAndNoAskIsLost() throws Exception {
    AskingGuest guest = appliance.enrol("through-a-kill");
    double before = appliance.metric("lazaret_engine_restarts_total");

    appliance.shell(
        "for p in /proc/[0-9]*; do [ \"$(cat $p/comm)\" != clamd ] || kill -9 ${p#/proc/}; done");

    assertEquals(1, guest.ask(bytes(EICAR + " ")).get("infected_scan"));
    assertEquals(CLEAN, guest.ask(bytes("asked after the kill")));
    assertTrue(appliance.metric("lazaret_engine_restarts_total") > before);
  }

  @Test
  void stateOutlivesItsContainer() throws Exception {
    String state = newVolume();
    Path signatures = signatures("for-two");
    AskingGuest guest;
    String authority;
    try (ApplianceContainer first = container(state, signatures)) {
      first.start();
      guest = first.enrol("survivor");
      authority = first.shell("cat /var/lib/lazaret-appliance/ca/ca.crt");
      assertEquals(INFECTED, guest.ask(bytes(EICAR + "\n")));
      assertEquals(CLEAN, guest.ask(bytes("known before")));
      first.kill();
    }

    try (ApplianceContainer second = container(state, signatures)) {
      second.start();

      assertEquals(authority, second.shell("cat /var/lib/lazaret-appliance/ca/ca.crt"));
      AskingGuest same = guest.at(second.guests());
      assertEquals(Map.of("infected_store", 1L), same.ask(bytes(EICAR + "\n")));
      assertEquals(Map.of("clean_store", 1L), same.ask(bytes("known before")));
    } finally {
      removeVolume(state);
    }
  }

  @Test
  void healthCheckTellsOfAnEngineWithoutSignatures() throws Exception {
    String state = newVolume();
    try (ApplianceContainer blind = container(state, temporary("nothing")).whenItTellsItsHealth()) {
      blind.start();

      ExecResult health = blind.execInContainer("/usr/lib/lazaret-appliance/container/health");

      assertEquals(1, health.getExitCode());
      assertTrue(health.getStdout().contains("engine"), health.getStdout());
    } finally {
      removeVolume(state);
    }
  }

  @Test
  void firstStartThatWasCutOffIsMadeAgain() throws Exception {
    String state = newVolume();
    Path signatures = signatures("for-a-second-start");
    try (ApplianceContainer cutOff = container(state, signatures).whenItTellsItsHealth()) {
      cutOff.start();
      cutOff.shell("cd /var/lib/lazaret-appliance && rm -f ca/ca.crt ledger.db*");
      cutOff.kill();
    }

    try (ApplianceContainer again = container(state, signatures)) {
      again.start();

      assertEquals(INFECTED, again.enrol("first").ask(bytes(EICAR)));
    } finally {
      removeVolume(state);
    }
  }

  private static ApplianceContainer container(String state, Path signatures) throws IOException {
    return new ApplianceContainer(state, signatures);
  }

  private static String newVolume() {
    String name = "lazaret-test-" + UUID.randomUUID();
    var _ =
        DockerClientFactory.lazyClient()
            .createVolumeCmd()
            .withName(name)
            .withLabels(Map.of("io.lazaret.run", ApplianceContainer.run()))
            .exec();
    return name;
  }

  private static void removeVolume(String name) {
    DockerClientFactory.lazyClient().removeVolumeCmd(name).exec();
  }

  /** The appliance's test signatures, for everybody to read. */
  private static Path signatures(String name) throws IOException {
    Path directory = temporary(name);
    try (Stream<Path> files = Files.list(TEST_SIGNATURES)) {
      for (Path file : files.toList()) {
        Path copy = Files.copy(file, directory.resolve(file.getFileName()));
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
      }
    }
    return directory;
  }

  private static Path temporary(String name) throws IOException {
    Path directory = Files.createDirectory(temporary.resolve(name));
    return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static Set<String> lines(String text, String key) {
    return Set.copyOf(
        text.lines()
            .filter(line -> line.startsWith(key + ":"))
            .map(line -> line.replaceAll("\\s+", " "))
            .toList());
  }
}
