// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.decision.DecisionSettings;
import io.lazaret.agent.remedy.RemedySettings.Treatment;
import io.lazaret.agent.watch.Filesystems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@link AgentSettings} and what it says about files that cannot be used. */
class AgentSettingsTest {
  @TempDir Path directory = Path.of("");

  @Test
  void anEmptyFileGivesTheDefaults() throws Exception {
    AgentSettings settings = AgentSettings.load(file(""));
    assertEquals(List.of(), settings.client().appliances());
    assertEquals(Duration.ofSeconds(5), settings.decision().openDeadline());
    assertEquals(DecisionSettings.Failure.DENY, settings.decision().infected());
    assertEquals(Treatment.DENY, settings.remedy().infected());
    assertEquals(directory.resolve("state/quarantine"), settings.remedy().vault());
    assertEquals(directory.resolve("identity.pem"), settings.identity());
    assertEquals(directory.resolve("agent.sock"), settings.controlSocket());
  }

  @Test
  void everyOptionOfTheFullFileIsReadAndNoOther() throws Exception {
    SettingsFile file = SettingsFile.open(file(""));
    AgentSettings.of(file);
    TreeSet<String> documented = new TreeSet<>();
    SettingsFile.defaults().entrySet().forEach(entry -> documented.add(entry.getKey()));
    assertEquals(documented, new TreeSet<>(file.read()));
  }

  @Test
  void everyOptionOfTheFullFileHasItsSentence() throws IOException {
    List<String> lines = full().lines().map(String::strip).toList();
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).contains(" = ") && !lines.get(i).startsWith("#")) {
        String above = lines.get(i - 1);
        assertTrue(above.startsWith("# ") && above.endsWith("."), lines.get(i));
      }
    }
  }

  @Test
  void everythingThatIsSaidCounts() throws Exception {
    AgentSettings settings =
        AgentSettings.load(
            file(
                """
                appliances = ["one:7000", "two"]
                filesystems = ["/home", "/"]
                mode = notify
                deadline.open = 2s
                failure.open = deny
                exclude { paths = ["/var/cache/", "/tmp/*.o"], users = [1000] }
                limits.file-size = 1 MiB
                memory.kernel-ignore = false
                """));
    assertEquals("[one:7000, two:7310]", settings.client().appliances().toString());
    assertEquals(
        new Filesystems.Named(List.of(Path.of("/home"), Path.of("/"))),
        settings.watch().filesystems());
    assertEquals(AgentSettings.Mode.NOTIFY, settings.mode());
    assertEquals(Duration.ofSeconds(2), settings.decision().openDeadline());
    assertEquals(DecisionSettings.Failure.DENY, settings.decision().openFailure());
    assertEquals(1 << 20, settings.decision().longestContent());
    assertEquals(false, settings.watch().kernelIgnore());
  }

  @Test
  void autoGuardsAllButWhatItIsToldToLeaveAlone() throws Exception {
    AgentSettings settings =
        AgentSettings.load(file("filesystems = auto\nauto { tmpfs = no, exclude = [/data] }"));
    assertEquals(
        new Filesystems.Auto(false, false, List.of(Path.of("/data"))),
        settings.watch().filesystems());
    assertTrue(problem("filesystems = all").contains("absolute mount points, or the word auto"));
  }

  @Test
  void onlyReportLetsInfectedFilesBeOpened() throws Exception {
    for (Treatment treatment : Treatment.values()) {
      AgentSettings settings =
          AgentSettings.load(file("remedy { infected = " + treatment + ", tell = wall }"));
      assertEquals(treatment, settings.remedy().infected());
      assertEquals(
          treatment == Treatment.REPORT
              ? DecisionSettings.Failure.ALLOW
              : DecisionSettings.Failure.DENY,
          settings.decision().infected());
    }
    assertTrue(
        problem("remedy.infected = allow")
            .contains("(expected: deny or quarantine or delete or report)"));
  }

  @Test
  void anUnknownKeyIsNamedWithItsLine() throws IOException {
    assertEquals(
        directory.resolve("agent.conf")
            + ":2: deadline.opn: unknown key (expected: one of execute, open, written)",
        problem("deadline {\n  opn = 1s\n}\n"));
  }

  @Test
  void aWrongValueIsNamedWithItsLineAndExpectation() throws IOException {
    assertTrue(problem("mode = maybe").contains(":1: mode: \"maybe\" (expected: blocking or"));
    assertTrue(
        problem("\nappliances = [\"a:b\"]").contains(":2: appliances: [\"a:b\"] (expected:"));
    assertTrue(problem("filesystems = [\"home\"]").contains("absolute mount points"));
    assertTrue(problem("exclude.paths = [\"tmp\"]").contains("expected: an absolute path"));
    assertTrue(problem("deadline.open = 0s").contains("(expected: a duration from 10ms to 600s"));
    assertTrue(problem("limits.hash-threads = 0").contains("a whole number from 1 to 64"));
  }

  private String problem(String text) throws IOException {
    Path file = file(text);
    return Objects.requireNonNull(
        assertThrows(SettingsException.class, () -> AgentSettings.load(file)).getMessage());
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("agent.conf"), text);
  }

  private static String full() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            SettingsFile.class.getClassLoader().getResourceAsStream(SettingsFile.DEFAULTS))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
