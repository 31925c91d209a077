// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTest {
  @TempDir Path root = Path.of("");

  @Test
  void noLinkIsFollowedOnTheWayNorAtTheEnd() throws Exception {
    Path real = root.toRealPath();
    Path folder = Files.createDirectory(real.resolve("folder"));
    Path file = Files.writeString(folder.resolve("file"), "content");
    Files.createSymbolicLink(real.resolve("link"), folder);
    Files.createSymbolicLink(folder.resolve("alias"), file);
    assertEquals(
        Errno.ENOTDIR,
        assertThrows(LinuxException.class, () -> Folder.walk(real + "/link")).errno());
    try (Folder open = Folder.walk(folder.toString())) {
      assertEquals(
          Errno.EINVAL,
          assertThrows(LinuxException.class, () -> open.openRegular("alias")).errno());
      assertThrows(IllegalArgumentException.class, () -> open.openRegular("../secret"));
      assertThrows(IllegalArgumentException.class, () -> open.openRegular(".."));
      Descriptors.close(open.openRegular("file"));
    }
  }

  @Test
  void aFolderThatOthersCanLookIntoIsNotPrivate() throws Exception {
    Path real = root.toRealPath();
    Files.createDirectory(real.resolve("open"));
    Files.setAttribute(real.resolve("open"), "unix:mode", 0755);
    try (Folder open = Folder.walk(real.toString())) {
      assertThrows(LinuxException.class, () -> open.privateFolder("open"));
      open.makePrivate("private").close();
      open.privateFolder("private").close();
      assertThrows(LinuxException.class, () -> open.makePrivate("private"));
    }
  }
}
