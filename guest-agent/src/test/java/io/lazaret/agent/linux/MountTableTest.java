// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MountTableTest {
  private static List<Mount> parse(String text) {
    return MountTable.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aLineIsReadWithAnyNumberOfOptionalFields() {
    assertEquals(
        List.of(
            new Mount(36, "98:0", "/mnt1", "/mnt2", "ext3", "rw,errors=continue"),
            new Mount(22, "0:21", "/", "/proc", "proc", "rw")),
        parse(
            "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root"
                + " rw,errors=continue\n"
                + "22 27 0:21 / /proc rw,relatime - proc proc rw\n"));
  }

  @Test
  void blanksInNamesAreUnescapedByteByByte() {
    Mount mount = parse("1 0 8:1 / /a\\040b\\134\\303\\244 rw - ext4 /dev/x rw\n").getFirst();
    assertEquals("/a b\\\u00e4", mount.point());
  }

  @Test
  void linesOfAnotherFormatAreLeftOut() {
    assertEquals(List.of(), parse("\n1 2 3\n1 0 8:1 / /a rw\n"));
  }

  @Test
  void aMountCoversItsFolderAndWhatIsBelow() {
    Mount mount = new Mount(1, "8:1", "/", "/data", "ext4", "rw");
    assertTrue(mount.covers("/data"));
    assertTrue(mount.covers("/data/x"));
    assertFalse(mount.covers("/database"));
    assertTrue(new Mount(1, "8:1", "/", "/", "ext4", "rw").covers("/database"));
  }
}
