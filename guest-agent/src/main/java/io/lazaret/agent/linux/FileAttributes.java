// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a file has beside its content, as far as it can be given back: not its ctime, its inode
 * number, its other names and its inode flags (chattr).
 *
 * @param mode permissions with set-id and sticky bits
 * @param accessedNanos atime in ns since 1970
 * @param modifiedNanos mtime in ns since 1970
 * @param blocks of 512 bytes that it takes up; fewer than its size when it has holes
 * @param extended xattr(7): access control lists, capabilities and labels among them
 */
public record FileAttributes(
    int owner,
    int group,
    int mode,
    long accessedNanos,
    long modifiedNanos,
    long blocks,
    List<Extended> extended) {
  private static final int MODE = 07777;
  // xattr(7): the kernel's limits XATTR_LIST_MAX and XATTR_SIZE_MAX
  private static final int LARGEST = 64 << 10;
  private static final long SECOND = 1_000_000_000L;
  private static final long STX_GID = offset("stx_gid");
  private static final long STX_BLOCKS = offset("stx_blocks");
  private static final long STX_ATIME = offset("stx_atime");

  /**
   * One extended attribute.
   *
   * @param value hexadecimal digits
   */
  public record Extended(String name, String value) {}

  public FileAttributes {
    extended = List.copyOf(extended);
  }

  /** Reads them of an open file. */
  public static FileAttributes of(int fd) throws LinuxException {
    List<Extended> extended = extended(fd);
    try (Scratch s = Scratch.take()) {
      MemorySegment statx = Descriptors.statx(s, fd);
      return new FileAttributes(
          statx.get(JAVA_INT, Layouts.STX_UID),
          statx.get(JAVA_INT, STX_GID),
          statx.get(JAVA_SHORT, Layouts.STX_MODE) & MODE,
          nanos(statx, STX_ATIME),
          nanos(statx, Layouts.STX_MTIME),
          statx.get(JAVA_LONG, STX_BLOCKS),
          extended);
    }
  }

  /**
   * Gives them to an open file, in the order in which none undoes another: a change of owner clears
   * set-id bits and capabilities.
   *
   * @return extended attributes that the file's new place does not take
   */
  public List<String> applyTo(int fd) throws LinuxException {
    List<String> refused = new ArrayList<>();
    try (Scratch s = Scratch.take();
        Arena arena = Arena.ofConfined()) {
      LibcFiles.FCHOWN.call(s, fd, owner, group);
      LibcFiles.FCHMOD.call(s, fd, mode, 0);
      for (Extended one : extended) {
        byte[] bytes = HexFormat.of().parseHex(one.value());
        MemorySegment value = arena.allocate(Math.max(1, bytes.length));
        MemorySegment.copy(bytes, 0, value, JAVA_BYTE, 0, bytes.length);
        try {
          LibcFiles.FSETXATTR.call(
              s, fd, s.text(one.name()).address(), value.address(), bytes.length, 0);
        } catch (LinuxException e) {
          refused.add(one.name());
        }
      }
      setTime(s.struct, 0, accessedNanos);
      setTime(s.struct, 16, modifiedNanos);
      LibcFiles.FUTIMENS.call(s, fd, s.struct.address(), 0);
    }
    return refused;
  }

  private static List<Extended> extended(int fd) throws LinuxException {
    List<Extended> all = new ArrayList<>();
    try (Scratch s = Scratch.take();
        Arena arena = Arena.ofConfined()) {
      MemorySegment list = arena.allocate(LARGEST);
      long length;
      try {
        length = LibcFiles.FLISTXATTR.call(s, fd, list.address(), LARGEST);
      } catch (LinuxException e) {
        if (e.errno() == Errno.EOPNOTSUPP) {
          return List.of();
        }
        throw e;
      }
      MemorySegment value = arena.allocate(LARGEST);
      for (String name : Folder.names(list.asSlice(0, length))) {
        long size =
            LibcFiles.FGETXATTR.call(s, fd, s.text(name).address(), value.address(), LARGEST, 0);
        byte[] bytes = value.asSlice(0, size).toArray(JAVA_BYTE);
        all.add(new Extended(name, HexFormat.of().formatHex(bytes)));
      }
    }
    return all;
  }

  private static void setTime(MemorySegment timespecs, long at, long nanos) {
    timespecs.set(JAVA_LONG, at, Math.floorDiv(nanos, SECOND));
    timespecs.set(JAVA_LONG, at + 8, Math.floorMod(nanos, SECOND));
  }

  private static long nanos(MemorySegment statx, long offset) {
    return statx.get(JAVA_LONG, offset + Layouts.TV_SEC) * SECOND
        + statx.get(JAVA_INT, offset + Layouts.TV_NSEC);
  }

  private static long offset(String field) {
    return Layouts.STATX.byteOffset(PathElement.groupElement(field));
  }
}
