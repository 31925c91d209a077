// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lazaret.agent.linux.Mount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FilesystemPolicyTest {
  private static final Filesystems.Auto LOCAL = new Filesystems.Auto(false, true, List.of());

  private final List<Mount> table = new ArrayList<>();

  private Mount mount(String device, String point, String type) {
    return mount(device, "/", point, type, "rw");
  }

  private Mount mount(String device, String root, String point, String type, String options) {
    Mount mount = new Mount(table.size() + 1, device, root, point, type, options);
    table.add(mount);
    return mount;
  }

  private Set<String> guarded(Filesystems.Auto wanted) {
    return new FilesystemPolicy(wanted).guarded(table).keySet();
  }

  @Test
  void disksAndMemoryAreGuardedAndTheKernelsOwnIsNot() {
    mount("254:0", "/", "ext4");
    mount("0:21", "/proc", "proc");
    mount("0:6", "/dev", "devtmpfs");
    mount("0:26", "/sys/fs/cgroup", "cgroup2");
    mount("0:30", "/tmp", "tmpfs");
    mount("0:31", "/home", "btrfs");
    mount("8:17", "/media/stick", "vfat");
    assertEquals(Set.of("254:0", "0:30", "0:31", "8:17"), guarded(LOCAL));
    assertEquals(
        Set.of("254:0", "0:31", "8:17"), guarded(new Filesystems.Auto(false, false, List.of())));
  }

  @Test
  void otherMachinesAreLeftAloneUnlessWantedAndProcessesAlways() {
    mount("254:0", "/", "ext4");
    mount("0:40", "/net", "nfs4");
    mount("0:41", "/share", "cifs");
    mount("0:42", "/run/user/1/gvfs", "fuse.gvfsd-fuse");
    mount("8:1", "/ntfs", "fuseblk");
    assertEquals(Set.of("254:0"), guarded(LOCAL));
    assertEquals(
        Set.of("254:0", "0:40", "0:41"), guarded(new Filesystems.Auto(true, true, List.of())));
  }

  @Test
  void whatCanOnlyBeReachedOverSomethingThatMayHangIsLeftAlone() {
    mount("254:0", "/", "ext4");
    mount("0:40", "/net", "nfs4");
    mount("8:1", "/net/disk", "ext4");
    mount("8:2", "/over", "ext4");
    mount("0:42", "/over", "fuse.x");
    mount("0:43", "/under", "fuse.x");
    mount("8:3", "/under", "ext4");
    assertEquals(Set.of("254:0", "8:3"), guarded(LOCAL));
  }

  @Test
  void anOverlayIsGuardedUnlessALayerMayHang() {
    mount("254:0", "/", "ext4");
    mount("0:42", "/lazy", "fuse.stargz");
    mount("0:50", "/", "/c1", "overlay", "rw,lowerdir=/l/a:/l/b,upperdir=/u,workdir=/w");
    mount("0:51", "/", "/c2", "overlay", "rw,lowerdir=/l/a:/lazy/b,upperdir=/u,workdir=/w");
    assertEquals(Set.of("254:0", "0:50"), guarded(LOCAL));
  }

  @Test
  void memoryThatAnOverlayWritesToIsGuardedWhereOtherMemoryIsNot() {
    mount("8:1", "/media/root-ro", "ext4");
    mount("0:30", "/media/root-rw", "tmpfs");
    mount("0:31", "/tmp", "tmpfs");
    String layers = "rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/u,workdir=/media/root-rw/w";
    mount("0:50", "/", "/", "overlay", layers);
    Filesystems.Auto wanted = new Filesystems.Auto(false, false, List.of());
    assertEquals(Set.of("8:1", "0:30", "0:50"), guarded(wanted));
  }

  @Test
  void anExcludedMountPointTakesItsFilesystemOutAndABindMountDoesNotBringItBack() {
    mount("254:0", "/", "ext4");
    Mount data = mount("8:1", "/data", "ext4");
    mount("8:2", "/data/deeper", "ext4");
    mount("8:3", "/database", "ext4");
    mount("8:1", "/x", "/srv/x", "ext4", "rw");
    Filesystems.Auto wanted = new Filesystems.Auto(false, true, List.of(Path.of("/data")));
    assertEquals(Set.of("254:0", "8:3"), guarded(wanted));
    List<Mount> elsewhere = List.of(data, new Mount(90, "0:60", "/", "/", "overlay", "rw"));
    assertEquals(
        Set.of("0:60"), new FilesystemPolicy(wanted).guardedElsewhere(elsewhere, table).keySet());
  }

  @Test
  void aFilesystemIsReachedByAnyOfItsMounts() {
    mount("254:0", "/", "ext4");
    Mount first = mount("8:1", "/a", "ext4");
    Mount second = mount("8:1", "/x", "/b", "ext4", "rw");
    Map<String, List<Mount>> guarded = new FilesystemPolicy(LOCAL).guarded(table);
    assertEquals(List.of(first, second), guarded.get("8:1"));
  }
}
