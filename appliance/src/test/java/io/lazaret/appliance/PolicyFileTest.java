// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyFileTest {
  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("policy.conf");
  }

  @Test
  void hoconBecomesADocument() throws Exception {
    Files.writeString(
        file,
        """
        # what people write
        deadline { open = 3s, execute = 500 ms }
        exclude.paths = [/var/lib/db/, "/srv/**/*.{mkv,iso}"]
        exclude.users = []
        limits.file-size = 64 MiB
        remedy.infected = Deny
        scan.pause-cpu = 50
        locked = [deadline.open, exclude.users]
        """);
    assertEquals(
        """
        lazaret-policy = 1
        deadline.execute = 500ms
        deadline.open = 3000ms
        remedy.infected = deny
        exclude.paths = /var/lib/db/
        exclude.paths = /srv/**/*.{mkv,iso}
        exclude.users =
        limits.file-size = 67108864
        scan.pause-cpu = 50
        locked = deadline.open
        locked = exclude.users
        """,
        PolicyFile.read(file).text());
  }

  @Test
  void whatIsWrongIsNamedWithFileLineValueAndExpectation() throws IOException {
    assertRefused("deadline.open = 5", ":2: deadline.open: 5 (expected: a duration with its unit");
    assertRefused("deadlin.open = 5s", ":2: deadlin.open: unknown key (expected: one of ");
    assertRefused("deadline = 5s", ":2: deadline: unknown key (expected: one of ");
    assertRefused(
        "exclude.paths = [\n  home\n]", ":3: exclude.paths: \"home\" (expected: an absolute path)");
    assertRefused(
        "exclude.paths = [\"/srv/[a\"]",
        ":2: exclude.paths: \"/srv/[a\" (expected: a ] after every [)");
    assertRefused("exclude.paths = /srv/", ":2: exclude.paths: \"/srv/\" (expected: a list)");
    assertRefused(
        "exclude.users = [root]", ":2: exclude.users: \"root\" (expected: a whole number");
    assertRefused("incomplete = true", ":2: incomplete: true (expected: one value)");
    assertRefused("locked = [colour]", ":2: colour: unknown key");
    assertRefused(
        "locked = [remedy.infected]",
        ": locked: remedy.infected (expected: a key that has a value");
    assertRefused("infected = [", ":");
  }

  private void assertRefused(String text, String expected) throws IOException {
    Files.writeString(file, "\n" + text + "\n");
    SettingsException refused =
        assertThrows(SettingsException.class, () -> PolicyFile.read(file), text);
    assertTrue(
        String.valueOf(refused.getMessage()).startsWith(file + expected), refused.getMessage());
  }
}
