// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

/** How far a filesystem's times can be trusted, by the magic number of linux/magic.h. */
public enum FilesystemKind {
  /**
   * On a disk of this machine: the first write to a page of a shared mapping changes mtime and
   * ctime, as every other write does.
   */
  DISK,
  /** Writes through a mapping may leave the times as they are (tmpfs, overlay, unknown). */
  UNSURE,
  /** Another machine may write to it unseen. */
  NETWORK,
  /** A process says what is in the files, and may say something else each time. */
  FUSE,
  /** No files, but the kernel's or a device's data. */
  PSEUDO;

  private static final long EXT = 0xEF53;
  private static final long XFS = 0x58465342;
  private static final long BTRFS = 0x9123683EL;
  private static final long F2FS = 0xF2F52010L;
  private static final long NFS = 0x6969;
  private static final long SMB2 = 0xFE534D42L;
  private static final long CIFS = 0xFF534D42L;
  private static final long CEPH = 0x00C36400;
  private static final long NINE_P = 0x01021997;
  private static final long FUSE_MAGIC = 0x65735546;
  private static final long PROC = 0x9FA0;
  private static final long SYSFS = 0x62656572;
  private static final long CGROUP2 = 0x63677270;
  private static final long DEVPTS = 0x1CD1;
  private static final long DEBUGFS = 0x64626720;
  private static final long TRACEFS = 0x74726163;
  private static final long SECURITYFS = 0x73636673;
  private static final long BPF = 0xCAFE4A11L;
  private static final long MQUEUE = 0x19800202;
  private static final long NSFS = 0x6E736673;

  static FilesystemKind of(long magic) {
    long type = magic & 0xFFFFFFFFL;
    if (type == EXT || type == XFS || type == BTRFS || type == F2FS) {
      return DISK;
    }
    if (type == NFS || type == SMB2 || type == CIFS || type == CEPH || type == NINE_P) {
      return NETWORK;
    }
    if (type == FUSE_MAGIC) {
      return FUSE;
    }
    if (type == PROC
        || type == SYSFS
        || type == CGROUP2
        || type == DEVPTS
        || type == DEBUGFS
        || type == TRACEFS
        || type == SECURITYFS
        || type == BPF
        || type == MQUEUE
        || type == NSFS) {
      return PSEUDO;
    }
    return UNSURE;
  }
}
