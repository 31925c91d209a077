// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.remedy.RemedySettings.Tell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessengerTest {
  @TempDir Path root = Path.of("");

  @Test
  void aDesktopIsToldByAHelperThatIsItsUser() throws Exception {
    Path said = root.resolve("said");
    Path helper =
        Files.writeString(
            root.resolve("helper"),
            "#!/bin/sh\nfor word; do printf '%s\\n' \"$word\"; done >" + said + "\n");
    Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwx------"));
    Path home = Files.createDirectories(root.resolve("user/1000"));
    Files.createFile(home.resolve("bus"));
    Messenger messenger = new Messenger(root, root.resolve("user"), List.of(helper.toString()));
    messenger.tell(Tell.DESKTOP, 1000, "/home/\u001b[2Jevil\n<b>& is infected");
    List<String> words = Files.readAllLines(said);
    assertEquals("--reuid=1000", words.getFirst());
    assertTrue(words.contains("--clear-groups"), words.toString());
    assertEquals("/home/?[2Jevil?&lt;b&gt;&amp; is infected", words.getLast());

    Files.delete(said);
    messenger.tell(Tell.DESKTOP, 1000, "soon after");
    assertFalse(Files.exists(said));
  }

  @Test
  void aUserWithoutADesktopIsNotTold() {
    Messenger messenger = new Messenger(root, root.resolve("user"), List.of("/bin/false"));
    messenger.tell(Tell.DESKTOP, 1000, "nobody is there");
    messenger.tell(Tell.WALL, 1000, "nor there");
  }

  @Test
  void whatATerminalWouldObeyIsTakenOut() {
    assertEquals("a?[31mb?c?d", Printable.of("a\u001b[31mb\u009bc\u202ed"));
    assertEquals("日本語 é", Printable.of("日本語 é"));
    assertEquals("?", Printable.of("\ud800"));
    assertEquals("xxx...", Printable.of("x".repeat(10), 3));
  }
}
