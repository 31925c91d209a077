// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What can be done with an open file descriptor without opening anything. */
public final class Descriptors {
  // linux/fcntl.h
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int AT_STATX_DONT_SYNC = 0x4000;
  private static final int AT_FDCWD = -100;
  private static final int O_RDONLY = 0;
  private static final int O_NONBLOCK = 04000;
  private static final int O_CLOEXEC = 02000000;
  private static final int F_SETLEASE = 1024;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int F_RDLCK = 0;
  private static final int F_UNLCK = 2;
  // linux/stat.h
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_MNT_ID = 0x1000;
  // linux/fs.h
  private static final int RWF_NOWAIT = 8;
  // linux/fs.h: _IOR('v', 1, long)
  private static final long FS_IOC_GETVERSION = 0x80087601L;
  // asm-generic/signal.h
  private static final int SIGIO = 29;
  private static final long SIG_IGN = 1;
  // linux/memfd.h
  private static final int MFD_CLOEXEC = 1;

  static {
    // A lease that is broken in the moment it is held raises SIGIO, whose default is to terminate.
    try (Scratch s = Scratch.take()) {
      long ignored = Libc.signal(s, SIGIO, SIG_IGN);
      assert ignored >= -1;
    }
  }

  private Descriptors() {}

  /** Opens for reading; the file must not be one whose open waits. */
  static int open(String path) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      int fd = Libc.open(s, s.text(path), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
      if (fd < 0) {
        throw new LinuxException("open " + path, s.errno());
      }
      return fd;
    }
  }

  /** An ioctl that takes nothing and returns a descriptor. */
  static int control(int fd, long request) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      int result = Libc.ioctl(s, fd, request, MemorySegment.NULL);
      if (result < 0) {
        throw new LinuxException("ioctl", s.errno());
      }
      return result;
    }
  }

  /**
   * Number of the mount that a file was opened on; 0 where the kernel does not say (before 5.8).
   */
  static int mount(int fd) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      if (Libc.statx(s, fd, s.text(""), AT_EMPTY_PATH, STATX_MNT_ID, s.struct) != 0) {
        throw new LinuxException("statx", s.errno());
      }
      return (s.struct.get(JAVA_INT, Layouts.STX_MASK) & STATX_MNT_ID) == 0
          ? 0
          : (int) s.struct.get(JAVA_LONG, Layouts.STX_MNT_ID);
    }
  }

  /** What the file is now. */
  public static FileStatus status(int fd) throws LinuxException {
    return status(fd, AT_EMPTY_PATH);
  }

  /** What this machine believes that the file is, without asking a server, which may not answer. */
  public static FileStatus knownStatus(int fd) throws LinuxException {
    return status(fd, AT_EMPTY_PATH | AT_STATX_DONT_SYNC);
  }

  /** What a name in a folder is now. */
  static FileStatus statusAt(int folder, String name, int flags) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      if (Libc.statx(s, folder, s.text(name), flags, STATX_BASIC_STATS, s.struct) != 0) {
        throw new LinuxException("statx", s.errno());
      }
      return readStatus(s.struct, 0);
    }
  }

  /** The whole answer about an open file, in the scratch's struct. */
  static MemorySegment statx(Scratch s, int fd) throws LinuxException {
    if (Libc.statx(s, fd, s.text(""), AT_EMPTY_PATH, STATX_BASIC_STATS, s.struct) != 0) {
      throw new LinuxException("statx", s.errno());
    }
    return s.struct;
  }

  private static FileStatus status(int fd, int flags) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      if (Libc.statx(s, fd, s.text(""), flags, STATX_BASIC_STATS, s.struct) != 0) {
        throw new LinuxException("statx", s.errno());
      }
      FileStatus status = readStatus(s.struct, 0);
      return status.regular() && status.onBlockDevice() ? withGeneration(s, fd, status) : status;
    }
  }

  /** The same for what a path leads to, without the generation. */
  public static FileStatus knownStatus(String path) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      int flags = AT_STATX_DONT_SYNC;
      if (Libc.statx(s, AT_FDCWD, s.text(path), flags, STATX_BASIC_STATS, s.struct) != 0) {
        throw new LinuxException("statx", s.errno());
      }
      return readStatus(s.struct, 0);
    }
  }

  /** Who owns what a path names; for /proc/PID that is the process's user. */
  static int owner(String path) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      if (Libc.statx(s, AT_FDCWD, s.text(path), 0, STATX_BASIC_STATS, s.struct) != 0) {
        throw new LinuxException("statx", s.errno());
      }
      return s.struct.get(JAVA_INT, Layouts.STX_UID);
    }
  }

  private static FileStatus withGeneration(Scratch s, int fd, FileStatus status) {
    s.struct.set(JAVA_LONG, 0, 0);
    // Not every filesystem knows it; ctime tells an inode's reuse there.
    if (Libc.ioctl(s, fd, FS_IOC_GETVERSION, s.struct) != 0) {
      return status;
    }
    return new FileStatus(
        status.device(),
        status.inode(),
        Integer.toUnsignedLong(s.struct.get(JAVA_INT, 0)),
        status.size(),
        status.modifiedNanos(),
        status.changedNanos(),
        status.mode(),
        status.owner(),
        status.links());
  }

  private static FileStatus readStatus(MemorySegment statx, long generation) {
    long major = Integer.toUnsignedLong(statx.get(JAVA_INT, Layouts.STX_DEV_MAJOR));
    long minor = Integer.toUnsignedLong(statx.get(JAVA_INT, Layouts.STX_DEV_MINOR));
    return new FileStatus(
        major << 32 | minor,
        statx.get(JAVA_LONG, Layouts.STX_INO),
        generation,
        statx.get(JAVA_LONG, Layouts.STX_SIZE),
        nanos(statx, Layouts.STX_MTIME),
        nanos(statx, Layouts.STX_CTIME),
        Short.toUnsignedInt(statx.get(JAVA_SHORT, Layouts.STX_MODE)),
        statx.get(JAVA_INT, Layouts.STX_UID),
        statx.get(JAVA_INT, Layouts.STX_NLINK));
  }

  private static long nanos(MemorySegment statx, long offset) {
    return statx.get(JAVA_LONG, offset + Layouts.TV_SEC) * 1_000_000_000L
        + statx.get(JAVA_INT, offset + Layouts.TV_NSEC);
  }

  /**
   * Whether nobody has the file open, or mapped, for writing: only then the kernel grants a read
   * lease, which is given back at once. The descriptor must be open for reading only.
   */
  public static boolean hasNoWriter(int fd) {
    try (Scratch s = Scratch.take()) {
      if (Libc.fcntl(s, fd, F_SETLEASE, F_RDLCK) != 0) {
        return false;
      }
      if (Libc.fcntl(s, fd, F_SETLEASE, F_UNLCK) != 0) {
        // A lease of which a writer already asks is gone by itself when the descriptor is closed.
        return s.errno() == Errno.EAGAIN;
      }
      return true;
    }
  }

  /**
   * Another descriptor of the same open file: a lease taken by one is held until both are closed.
   */
  public static int duplicate(int fd) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      int copy = Libc.fcntl(s, fd, F_DUPFD_CLOEXEC, 0);
      if (copy < 0) {
        throw new LinuxException("fcntl F_DUPFD_CLOEXEC", s.errno());
      }
      return copy;
    }
  }

  /** The path under which the file was opened; empty when it has none any more. */
  public static String path(int fd) {
    return readlink("/proc/self/fd/" + fd);
  }

  static String readlink(String link) {
    try (Scratch s = Scratch.take()) {
      MemorySegment name = s.text(link);
      // The name is short and ends before the place where the result goes.
      MemorySegment result = s.text.asSlice(64);
      long length = Libc.readlink(s, name, result, result.byteSize());
      if (length <= 0) {
        return "";
      }
      return StandardCharsets.UTF_8.decode(result.asSlice(0, length).asByteBuffer()).toString();
    } catch (LinuxException e) {
      throw new IllegalArgumentException("link: " + link + " (expected: a short name)", e);
    }
  }

  /**
   * Reads at a position; for platform threads, because a disk may take its time.
   *
   * @param destination a direct buffer; its position moves
   * @return bytes read, 0 at the end
   */
  public static int pread(int fd, ByteBuffer destination, long offset) throws IOException {
    try (Scratch s = Scratch.take()) {
      while (true) {
        long got =
            Libc.pread(s, fd, MemorySegment.ofBuffer(destination), destination.remaining(), offset);
        if (got >= 0) {
          destination.position(destination.position() + (int) got);
          return (int) got;
        }
        if (s.errno() != Errno.EINTR) {
          throw new LinuxException("pread", s.errno());
        }
      }
    }
  }

  /**
   * Reads what the page cache holds, without ever waiting for a disk.
   *
   * @param destination a direct buffer; its position moves
   * @return bytes read, 0 at the end, -1 when it would have to wait or the filesystem cannot tell
   */
  public static int preadCached(int fd, ByteBuffer destination, long offset) throws IOException {
    MemorySegment bytes = MemorySegment.ofBuffer(destination);
    try (Scratch s = Scratch.take()) {
      s.struct.set(JAVA_LONG, 0, bytes.address());
      s.struct.set(JAVA_LONG, 8, destination.remaining());
      long got = Libc.preadv2(s, fd, s.struct, 1, offset, RWF_NOWAIT);
      if (got >= 0) {
        destination.position(destination.position() + (int) got);
        return (int) got;
      }
      return switch (s.errno()) {
        case Errno.EAGAIN, Errno.EINTR, Errno.EOPNOTSUPP, Errno.ENOSYS -> -1;
        default -> throw new LinuxException("preadv2", s.errno());
      };
    } finally {
      Reference.reachabilityFence(bytes);
    }
  }

  /**
   * Writes at a position, all of it; for platform threads.
   *
   * @param source a direct buffer
   */
  public static void pwrite(int fd, ByteBuffer source, long offset) throws LinuxException {
    long at = offset;
    try (Scratch s = Scratch.take()) {
      while (source.hasRemaining()) {
        MemorySegment bytes = MemorySegment.ofBuffer(source);
        int count = LibcFiles.PWRITE.call(s, fd, bytes.address(), source.remaining(), at, 0);
        source.position(source.position() + count);
        at += count;
      }
    }
  }

  /** Makes the file so long; what is added is a hole. */
  public static void truncate(int fd, long length) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      LibcFiles.FTRUNCATE.call(s, fd, length, 0);
    }
  }

  /** Returns when the file is on the disk. */
  public static void sync(int fd) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      LibcFiles.FSYNC.call(s, fd);
    }
  }

  /** Closes; the descriptor must not be used by anybody any more. */
  public static void close(int fd) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      if (Libc.close(s, fd) != 0 && s.errno() != Errno.EINTR) {
        throw new LinuxException("close", s.errno());
      }
    }
  }

  /** Closes a descriptor of which nobody would do anything about a failure. */
  public static void closeQuietly(int fd) {
    try (Scratch s = Scratch.take()) {
      int closed = Libc.close(s, fd);
      assert closed == 0 || s.errno() != Errno.EBADF;
    }
  }

  /** Writes what the other end takes at once; for descriptors that do not block. */
  public static void writeSome(int fd, byte[] bytes) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      int length = (int) Math.min(bytes.length, s.text.byteSize());
      MemorySegment.copy(bytes, 0, s.text, JAVA_BYTE, 0, length);
      if (Libc.write(s, fd, s.text, length) < 0) {
        throw new LinuxException("write", s.errno());
      }
    }
  }

  /** The kind of filesystem the file is on. */
  public static FilesystemKind kind(int fd) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      if (Libc.fstatfs(s, fd, s.struct) != 0) {
        throw new LinuxException("fstatfs", s.errno());
      }
      return FilesystemKind.of(s.struct.get(JAVA_LONG, Layouts.F_TYPE));
    }
  }

  /** A file in memory that no path leads to and no mark can reach. */
  public static int privateFile(byte[] content) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      int fd = Libc.memfdCreate(s, s.text("lazaret"), MFD_CLOEXEC);
      if (fd < 0) {
        throw new LinuxException("memfd_create", s.errno());
      }
      MemorySegment.copy(content, 0, s.text, JAVA_BYTE, 0, content.length);
      if (Libc.write(s, fd, s.text, content.length) != content.length) {
        throw new LinuxException("write", s.errno());
      }
      return fd;
    }
  }
}
