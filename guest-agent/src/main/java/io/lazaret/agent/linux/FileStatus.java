// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

/**
 * What statx(2) says about an open file.
 *
 * @param device major and minor number of the filesystem, as one
 * @param modifiedNanos mtime in ns since 1970
 * @param changedNanos ctime in ns since 1970
 * @param mode type and permissions, as of inode(7)
 * @param generation of the inode number, 0 where the filesystem does not say
 */
public record FileStatus(
    long device,
    long inode,
    long generation,
    long size,
    long modifiedNanos,
    long changedNanos,
    int mode,
    int owner,
    int links) {
  private static final int S_IFMT = 0170000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFCHR = 0020000;
  private static final int WRITABLE_BY_OTHERS = 022;

  /** Whether it is a regular file: no directory, device, pipe or socket. */
  public boolean regular() {
    return (mode & S_IFMT) == S_IFREG;
  }

  /** Whether it is a terminal or the like. */
  public boolean characterDevice() {
    return (mode & S_IFMT) == S_IFCHR;
  }

  /**
   * Whether it is on a disk of this machine: behind a filesystem without one (major number 0) may
   * be a server or a process that never answers.
   */
  public boolean onBlockDevice() {
    return device >>> 32 != 0;
  }

  /** Whether only root may open it for writing. */
  public boolean onlyRootWrites() {
    return owner == 0 && (mode & WRITABLE_BY_OTHERS) == 0;
  }
}
