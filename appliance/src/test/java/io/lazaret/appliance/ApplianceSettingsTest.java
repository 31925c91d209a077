// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.content.StagingSettings;
import io.lazaret.appliance.engine.EngineSettings;
import io.lazaret.appliance.ledger.LedgerLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@link ApplianceSettings} and what it says about files that cannot be used. */
class ApplianceSettingsTest {
  @TempDir private Path directory;

  @Test
  void anEmptyFileGivesTheDefaults() throws Exception {
    ApplianceSettings settings = ApplianceSettings.load(file(""));
    assertEquals("0.0.0.0:7310", settings.listen().guests().toString());
    assertEquals("127.0.0.1:7311", settings.listen().admin().toString());
    assertEquals(Duration.ofHours(24), settings.verdicts().grace());
    assertEquals(directory.resolve("state/ledger.db"), settings.state().ledger());
    assertEquals(LedgerLimits.DEFAULT, settings.ledger());
    assertEquals(StagingSettings.defaults(directory.resolve("state")), settings.staging());
    assertEquals(
        EngineSettings.managed(Path.of("/var/lib/clamav"), directory.resolve("state/engine")),
        settings.engine());
  }

  @Test
  void everyOptionOfTheFullFileIsReadAndNoOther() throws Exception {
    Path path = file("");
    SettingsFile file = SettingsFile.open(path);
    ApplianceSettings.read(path, file);
    TreeSet<String> documented = new TreeSet<>();
    SettingsFile.defaults().entrySet().forEach(entry -> documented.add(entry.getKey()));
    assertEquals(documented, new TreeSet<>(file.read()));
  }

  @Test
  void theFullFileItselfParsesToTheDefaults() throws Exception {
    Path path = file("");
    ApplianceSettings defaults = ApplianceSettings.load(path);
    Files.writeString(path, full());
    assertEquals(defaults, ApplianceSettings.load(path));
  }

  @Test
  void everyOptionOfTheFullFileHasItsSentence() throws IOException {
    List<String> lines = full().lines().map(String::strip).toList();
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).contains(" = ")) {
        String above = lines.get(i - 1);
        assertTrue(above.startsWith("# ") && above.endsWith("."), lines.get(i));
      }
    }
  }

  @Test
  void anUnknownKeyIsNamedWithItsLine() throws IOException {
    assertEquals(
        directory.resolve("appliance.conf")
            + ":2: listen.guest: unknown key (expected: one of admin, guests)",
        problem("listen {\n  guest = \"0.0.0.0:1\"\n}\n"));
    assertTrue(problem("\n\ncolour = red\n").contains(":3: colour: unknown key"));
  }

  @Test
  void aWrongTypeIsNamedWithItsLineAndExpectation() throws IOException {
    assertEquals(
        directory.resolve("appliance.conf")
            + ":1: sessions.connections: \"many\" (expected: a whole number from 1 to 1000000)",
        problem("sessions.connections = many\n"));
    assertTrue(problem("verdicts.grace = soon").contains("(expected: a duration from 0s to 365d"));
    assertTrue(problem("listen.guests = \"7310\"").contains("(expected: HOST:PORT"));
    assertTrue(problem("listen = 7310").contains(":1: listen: 7310 (expected: { } with"));
    assertTrue(problem("verdicts.grace = null").contains(":1: verdicts.grace: null (expected: "));
  }

  @Test
  void aValueOutOfRangeIsRefused() throws IOException {
    assertTrue(problem("sessions.connections = 0").contains("0 (expected: a whole number from 1"));
    assertTrue(problem("staging.bytes = 10 MiB").contains("(expected: at most staging.bytes and"));
  }

  @Test
  void aBrokenFileIsNamedWithItsLine() throws IOException {
    assertTrue(problem("listen {\n  guests = \n").startsWith(directory + "/appliance.conf:"));
  }

  @Test
  void aMissingFileIsSaid() {
    Path missing = directory.resolve("none.conf");
    SettingsException e =
        assertThrows(SettingsException.class, () -> ApplianceSettings.load(missing));
    assertTrue(String.valueOf(e.getMessage()).startsWith(missing + ": cannot be read"));
  }

  @Test
  void addressesAreReadAndWritten() {
    for (String text : List.of("0.0.0.0:7310", "[::1]:0", "appliance.example:65535")) {
      assertEquals(text, ApplianceSettings.Address.parse(text).toString());
    }
    for (String text : List.of("", ":1", "a:", "a:65536", "::1:7", "a:-1", "a:١", "a")) {
      assertThrows(
          IllegalArgumentException.class, () -> ApplianceSettings.Address.parse(text), text);
    }
  }

  private String problem(String content) throws IOException {
    Path file = file(content);
    return String.valueOf(
        assertThrows(SettingsException.class, () -> ApplianceSettings.load(file)).getMessage());
  }

  private Path file(String content) throws IOException {
    return Files.writeString(directory.resolve("appliance.conf"), content);
  }

  private static String full() throws IOException {
    try (InputStream in =
        SettingsFile.class.getClassLoader().getResourceAsStream(SettingsFile.DEFAULTS)) {
      if (in == null) {
        throw new IOException(SettingsFile.DEFAULTS + ": missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
