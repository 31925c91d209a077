// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lazaret.agent.linux.Mount;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests {@link Unguarded}. */
class UnguardedTest {
  private static final List<Mount> TABLE =
      List.of(
          mount(1, "8:1", "/", "ext4"),
          mount(2, "0:5", "/proc", "proc"),
          mount(3, "8:2", "/home", "xfs"),
          mount(4, "0:9", "/srv", "nfs4"),
          mount(5, "8:1", "/var/lib/bound", "ext4"));

  @Test
  void whatIsNotNamedIsUnguarded() {
    assertEquals(List.of("/home", "/srv"), points(new Filesystems.Named(List.of(Path.of("/etc")))));
    assertEquals(List.of("/", "/srv"), points(new Filesystems.Named(List.of(Path.of("/home/a")))));
    assertEquals(
        List.of("/home", "/srv"),
        points(new Filesystems.Named(List.of(Path.of("/var/lib/bound")))));
    assertEquals(List.of("/", "/home", "/srv"), points(new Filesystems.Named(List.of())));
  }

  @Test
  void autoLeavesOnlyWhatItWasToldTo() {
    assertEquals(List.of("/srv"), points(new Filesystems.Auto(false, false, List.of())));
    assertEquals(List.of(), points(new Filesystems.Auto(true, false, List.of())));
    assertEquals(
        List.of("/home"), points(new Filesystems.Auto(true, false, List.of(Path.of("/home")))));
  }

  private static List<String> points(Filesystems wanted) {
    return Unguarded.of(wanted, TABLE).stream().map(Mount::point).toList();
  }

  private static Mount mount(int id, String device, String point, String type) {
    return new Mount(id, device, "/", point, type, "rw");
  }
}
