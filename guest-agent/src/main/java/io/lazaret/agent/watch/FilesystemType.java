// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.linux.Mount;
import java.util.Set;

/** What a filesystem is to the one who may have to wait for it. */
enum FilesystemType {
  /** On a disk of this machine, or made of such. */
  LOCAL,
  /** In the memory of this machine. */
  MEMORY,
  /** Another machine answers, or does not. */
  NETWORK,
  /** A process of this machine answers, or does not, and may itself be held. */
  PROCESS,
  /** Nobody can keep a file there. */
  NONE;

  private static final Set<String> LOCAL_WITHOUT_DEVICE =
      Set.of("btrfs", "zfs", "bcachefs", "overlay", "aufs", "ubifs", "jffs2");

  private static final Set<String> NETWORKED =
      Set.of(
          "nfs",
          "nfs4",
          "cifs",
          "smb3",
          "smbfs",
          "ceph",
          "9p",
          "virtiofs",
          "afs",
          "coda",
          "lustre",
          "gfs2",
          "ocfs2",
          "orangefs",
          "vboxsf",
          "prl_fs",
          "beegfs",
          "gpfs",
          "pvfs2");

  boolean mayHang() {
    return this == NETWORK || this == PROCESS;
  }

  static FilesystemType of(Mount mount) {
    String type = mount.type();
    if (type.equals("tmpfs") || type.equals("ramfs")) {
      return MEMORY;
    }
    if (NETWORKED.contains(type)) {
      return NETWORK;
    }
    if (type.equals("fuse") || type.equals("fuseblk") || type.startsWith("fuse.")) {
      return PROCESS;
    }
    // Major number 0: no device of its own. What is then not known above is the kernel's own data.
    boolean device = !mount.device().startsWith("0:");
    return device || LOCAL_WITHOUT_DEVICE.contains(type) ? LOCAL : NONE;
  }
}
