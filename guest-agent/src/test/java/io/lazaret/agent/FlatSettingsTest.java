// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@link FlatSettings}, and that nothing is lost on the way to it. */
class FlatSettingsTest {
  @TempDir Path directory = Path.of("");

  private FlatSettings parse(String text) throws SettingsException {
    return FlatSettings.parse(text, "policy", directory);
  }

  private static String problem(Executable reading) {
    return String.valueOf(assertThrows(SettingsException.class, reading).getMessage());
  }

  @Test
  void linesAreRead() throws SettingsException {
    FlatSettings flat =
        parse("# text\n\nname =  a = b \nmany = /x\nmany = /y z\nnone =\ntime = 90s\nsize = 2 MiB");
    assertEquals(Set.of("name", "many", "none", "time", "size"), flat.keys());
    assertEquals("a = b", flat.text("name"));
    assertEquals(List.of("/x", "/y z"), flat.texts("many", "paths"));
    assertEquals(List.of(), flat.texts("none", "paths"));
    assertEquals(
        Duration.ofSeconds(90), flat.duration("time", Duration.ZERO, Duration.ofMinutes(2)));
    assertEquals(2 << 20, flat.bytes("size", 0, Long.MAX_VALUE));
    assertTrue(flat.says("name", "a = b"));
    assertFalse(flat.has("other"));
    assertEquals("policy:4", flat.place("many"));
  }

  @Test
  void whatDoesNotFitIsNamedWithItsLine() throws SettingsException {
    FlatSettings flat =
        parse("size = 9999999999 GiB\ntime = 5\nflag = maybe\nmany = 1\nmany = 2\n");
    assertEquals(
        "policy:1: size: 9999999999 GiB (expected: a size from 0 to 10 bytes, such as 64 MiB)",
        problem(() -> flat.bytes("size", 0, 10)));
    assertTrue(
        problem(() -> flat.duration("time", Duration.ZERO, Duration.ofDays(1)))
            .startsWith("policy:2: time: 5 (expected: a duration from 0s to 1d"));
    assertEquals(
        "policy:3: flag: maybe (expected: true or false)", problem(() -> flat.flag("flag")));
    assertEquals("policy:4: many: [1, 2] (expected: one value)", problem(() -> flat.text("many")));
    assertEquals("policy: none: missing (expected: one value)", problem(() -> flat.text("none")));
    assertEquals("policy:1: what (expected: a line key = value)", problem(() -> parse("what")));
  }

  @Test
  void whatTheFileSaysArrivesUnchanged() throws Exception {
    for (String text :
        List.of(
            "",
            """
            appliances = ["one:7000", "two"]
            filesystems = ["/home", "/with space/#=x"]
            mode = NOTIFY
            deadline { open = 0.5s, execute = 3 seconds, written = 1500 }
            limits.file-size = 10 MB
            memory.kernel-ignore = off
            exclude { paths = ["/var/cache/", "/tmp/*.o"], programs = [], users = [1000, 0] }
            """)) {
      SettingsFile file =
          SettingsFile.open(Files.writeString(directory.resolve("agent.conf"), text));
      AgentSettings said = AgentSettings.of(file);
      FlatSettings flat = parse(file.flat());
      AgentSettings arrived = AgentSettings.of(flat);
      assertEquals(withoutIdentities(said), withoutIdentities(arrived));
      for (String key : List.of("exclude.paths", "exclude.programs", "exclude.users")) {
        assertEquals(file.texts(key, ""), flat.texts(key, ""));
      }
    }
  }

  private static String withoutIdentities(AgentSettings settings) {
    return settings.toString().replaceAll("@[0-9a-f]+", "");
  }

  @Test
  void aValueThatIsNoLineIsRefused() throws Exception {
    Path path = Files.writeString(directory.resolve("agent.conf"), "identity = \"/a\\nb\"\n");
    SettingsFile file = SettingsFile.open(path);
    AgentSettings.of(file);
    assertTrue(problem(file::flat).contains("agent.conf:1: identity:"));
  }
}
