// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * One folder by an open descriptor: what is done in it stays in it, wherever its owner moves it and
 * whatever takes its name. No link is ever followed.
 */
public final class Folder implements AutoCloseable {
  // asm-generic/fcntl.h; the two that arm64 numbers otherwise: arch/arm64/include/uapi/asm/fcntl.h
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;
  private static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;
  private static final int O_WRONLY = 1;
  private static final int O_CREAT = 0x40;
  private static final int O_EXCL = 0x80;
  private static final int O_NOCTTY = 0x100;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_NOATIME = 0x40000;
  private static final int O_CLOEXEC = 0x80000;
  private static final int O_PATH = 0x200000;
  // linux/fcntl.h, linux/fs.h
  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_REMOVEDIR = 0x200;
  private static final int RENAME_NOREPLACE = 1;
  private static final int PERMISSIONS = 0777;
  private static final int PRIVATE = 0700;
  private static final int PRIVATE_FILE = 0600;

  private final int fd;

  private Folder(int fd) {
    this.fd = fd;
  }

  /**
   * Opens the folder that an absolute path leads to, name by name.
   *
   * @throws LinuxException ELOOP or ENOTDIR where a name is a link
   */
  public static Folder walk(String path) throws LinuxException {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("path: " + path + " (expected: an absolute one)");
    }
    Folder folder = new Folder(open(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
    for (String name : path.split("/", -1)) {
      if (name.isEmpty()) {
        continue;
      }
      try (Folder above = folder) {
        folder = above.folder(name);
      }
    }
    return folder;
  }

  private Folder folder(String name) throws LinuxException {
    return new Folder(open(fd, plain(name), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0));
  }

  /** What the folder itself is now. */
  public FileStatus status() throws LinuxException {
    return Descriptors.knownStatus(fd);
  }

  /** What a name is now: of a link the link itself. */
  public FileStatus status(String name) throws LinuxException {
    return Descriptors.statusAt(fd, plain(name), AT_SYMLINK_NOFOLLOW);
  }

  /**
   * Opens a regular file for reading, never anything else, which opening alone could set off; waits
   * for no lease, and leaves the time of the last access alone where it may.
   *
   * @return its descriptor, which is the caller's
   * @throws LinuxException EINVAL when it is no regular file
   */
  public int openRegular(String name) throws LinuxException {
    int handle = open(fd, plain(name), O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    try {
      if (!Descriptors.knownStatus(handle).regular()) {
        throw new LinuxException("open " + name + ", which is no regular file", Errno.EINVAL);
      }
      // The very file that was looked at, under whatever name it is by now.
      String same = "/proc/self/fd/" + handle;
      int flags = O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
      try {
        return open(AT_FDCWD, same, flags | O_NOATIME, 0);
      } catch (LinuxException notOurs) {
        if (notOurs.errno() != Errno.EPERM) {
          throw notOurs;
        }
        return open(AT_FDCWD, same, flags, 0);
      }
    } finally {
      Descriptors.closeQuietly(handle);
    }
  }

  /** Makes a new file that only we may open, open for writing; its descriptor is the caller's. */
  public int create(String name) throws LinuxException {
    return open(
        fd, plain(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, PRIVATE_FILE);
  }

  /** Makes a folder that nobody else may look into. */
  public Folder makePrivate(String name) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      LibcFiles.MKDIRAT.call(s, fd, s.text(plain(name)).address(), PRIVATE);
    }
    return privateFolder(name);
  }

  /**
   * Opens a folder that was made by {@link #makePrivate}.
   *
   * @throws LinuxException EPERM when it is not ours, or others may look into it
   */
  public Folder privateFolder(String name) throws LinuxException {
    Folder made = folder(name);
    FileStatus status;
    int self;
    try (Scratch s = Scratch.take()) {
      status = Descriptors.knownStatus(made.fd);
      self = LibcFiles.GETEUID.call(s, 0);
    } catch (LinuxException e) {
      made.close();
      throw e;
    }
    if (status.owner() != self || (status.mode() & PERMISSIONS & ~PRIVATE) != 0) {
      made.close();
      throw new LinuxException("folder " + name + ", which was replaced", Errno.EPERM);
    }
    return made;
  }

  /** Gives an entry another folder and name on the same filesystem, but no taken one. */
  public void move(String name, Folder to, String newName) throws LinuxException {
    try (Scratch from = Scratch.take();
        Scratch s = Scratch.take()) {
      LibcFiles.RENAMEAT2.call(
          s,
          fd,
          from.text(plain(name)).address(),
          to.fd,
          s.text(plain(newName)).address(),
          RENAME_NOREPLACE);
    }
  }

  public void unlink(String name) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      LibcFiles.UNLINKAT.call(s, fd, s.text(plain(name)).address(), 0);
    }
  }

  /** Removes an empty folder. */
  public void removeFolder(String name) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      LibcFiles.UNLINKAT.call(s, fd, s.text(plain(name)).address(), AT_REMOVEDIR);
    }
  }

  /** Returns when the names in it are on the disk. */
  public void sync() throws LinuxException {
    int readable = open(fd, ".", O_DIRECTORY | O_CLOEXEC, 0);
    try (Scratch s = Scratch.take()) {
      LibcFiles.FSYNC.call(s, readable);
    } finally {
      Descriptors.closeQuietly(readable);
    }
  }

  @Override
  public void close() {
    Descriptors.closeQuietly(fd);
  }

  /** Opens a terminal for a message; waits for nothing and does not become its owner. */
  public int openTerminal(String name) throws LinuxException {
    return open(fd, plain(name), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC, 0);
  }

  private static int open(int folder, String name, int flags, int mode) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      return LibcFiles.OPENAT.call(s, folder, s.text(name).address(), flags, mode, 0);
    }
  }

  /** One name, which leads nowhere else. */
  private static String plain(String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException("name: " + name + " (expected: one entry of a folder)");
    }
    return name;
  }

  /** For {@link FileAttributes}: a list of C strings. */
  static String[] names(MemorySegment list) {
    byte[] bytes = list.toArray(JAVA_BYTE);
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.isEmpty() ? new String[0] : text.split("\0");
  }
}
