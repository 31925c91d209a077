// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One fanotify group; constants are those of linux/fanotify.h. {@link #await} and {@link #read}
 * belong to one thread, everything else may be called from any.
 */
public final class Fanotify implements AutoCloseable {
  public static final long FAN_CLOSE_WRITE = 0x8;
  public static final long FAN_Q_OVERFLOW = 0x4000;
  public static final long FAN_OPEN_PERM = 0x10000;
  public static final long FAN_OPEN_EXEC_PERM = 0x40000;

  private static final int FAN_CLOEXEC = 0x1;
  private static final int FAN_NONBLOCK = 0x2;
  private static final int FAN_CLASS_CONTENT = 0x4;
  private static final int FAN_UNLIMITED_QUEUE = 0x10;
  private static final int FAN_UNLIMITED_MARKS = 0x20;
  private static final int FAN_MARK_ADD = 0x1;
  private static final int FAN_MARK_REMOVE = 0x2;
  private static final int FAN_MARK_IGNORED_MASK = 0x20;
  private static final int FAN_MARK_IGNORED_SURV_MODIFY = 0x40;
  private static final int FAN_MARK_FLUSH = 0x80;
  private static final int FAN_MARK_FILESYSTEM = 0x100;
  private static final int FAN_MARK_EVICTABLE = 0x200;
  private static final int FAN_ALLOW = 1;
  private static final int FAN_DENY = 2;
  private static final byte FANOTIFY_METADATA_VERSION = 3;
  // asm-generic/fcntl.h; O_RDWR would make every execution fail with ETXTBSY
  private static final int O_RDONLY = 0;
  // without it the kernel would open a pipe or a leased file in read(2) and wait there
  private static final int O_NONBLOCK = 04000;
  private static final int O_LARGEFILE = 0100000;
  private static final int O_CLOEXEC = 02000000;
  private static final int AT_FDCWD = -100;
  // asm-generic/ioctls.h
  private static final long FIONREAD = 0x541B;
  // asm-generic/poll.h
  private static final short POLLIN = 1;
  private static final short POLLPRI = 2;

  private static final long HELD = FAN_OPEN_PERM | FAN_OPEN_EXEC_PERM;
  private static final long WATCHED = HELD | FAN_CLOSE_WRITE;

  /** Most events that one read takes. */
  public static final int BATCH = 32;

  private static final long EVENT_BYTES = Layouts.FANOTIFY_EVENT.byteSize();

  private final int fd;
  private final MemorySegment events = Arena.ofAuto().allocate(BATCH * EVENT_BYTES, 8);
  private final MemorySegment polls = Arena.ofAuto().allocate(Layouts.POLLFD, 4);

  private Fanotify(int fd) {
    this.fd = fd;
  }

  /** Makes a group that may hold opens. */
  public static Fanotify open() throws LinuxException {
    try (Scratch s = Scratch.take()) {
      int fd =
          Libc.fanotifyInit(
              s,
              FAN_CLASS_CONTENT
                  | FAN_CLOEXEC
                  | FAN_NONBLOCK
                  | FAN_UNLIMITED_QUEUE
                  | FAN_UNLIMITED_MARKS,
              O_RDONLY | O_NONBLOCK | O_LARGEFILE | O_CLOEXEC);
      if (fd < 0) {
        throw new LinuxException("fanotify_init", s.errno());
      }
      return new Fanotify(fd);
    }
  }

  /** Guards the filesystem that a path is on, with all its mounts. */
  public void markFilesystem(String path) throws LinuxException {
    mark(FAN_MARK_ADD | FAN_MARK_FILESYSTEM, WATCHED, path);
  }

  /**
   * Guards the filesystem of one mount, with all its other mounts; guarding it again changes
   * nothing.
   *
   * @param path where the mount is
   * @return false when something else is there by now
   */
  public boolean markMount(String path, int mount) throws LinuxException {
    int folder = Descriptors.open(path);
    try (Scratch s = Scratch.take()) {
      int found = Descriptors.mount(folder);
      if (found != 0 && found != mount) {
        return false;
      }
      int flags = FAN_MARK_ADD | FAN_MARK_FILESYSTEM;
      if (Libc.fanotifyMark(s, fd, flags, WATCHED, folder, MemorySegment.NULL) != 0) {
        throw new LinuxException("fanotify_mark " + path, s.errno());
      }
      return true;
    } finally {
      Descriptors.close(folder);
    }
  }

  /** Guards it no more. */
  public void unmarkFilesystem(String path) throws LinuxException {
    mark(FAN_MARK_REMOVE | FAN_MARK_FILESYSTEM, WATCHED, path);
  }

  /** Guards nothing any more; opens that are held stay held. */
  public void unmarkAll() throws LinuxException {
    mark(FAN_MARK_FLUSH | FAN_MARK_FILESYSTEM, 0, "/");
    flushIgnores();
  }

  private void mark(int flags, long mask, String path) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      if (Libc.fanotifyMark(s, fd, flags, mask, AT_FDCWD, s.text(path)) != 0) {
        throw new LinuxException("fanotify_mark " + path, s.errno());
      }
    }
  }

  /** Opens of this file are held no more, until it is written to; the kernel may forget it. */
  public void ignoreUntilWritten(int file) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      int flags = FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_EVICTABLE;
      if (Libc.fanotifyMark(s, fd, flags, HELD, file, MemorySegment.NULL) != 0) {
        throw new LinuxException("fanotify_mark", s.errno());
      }
    }
  }

  /** Opens of this file are held again. */
  public void ignoreNoLonger(int file) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      int flags = FAN_MARK_REMOVE | FAN_MARK_IGNORED_MASK;
      boolean removed = Libc.fanotifyMark(s, fd, flags, HELD, file, MemorySegment.NULL) == 0;
      // The kernel may have forgotten the mark by itself.
      if (!removed && s.errno() != Errno.ENOENT) {
        throw new LinuxException("fanotify_mark", s.errno());
      }
    }
  }

  /** Nothing is told of this file any more: for pipes and devices, which never become files. */
  public void ignoreForGood(int file) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      int flags =
          FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY | FAN_MARK_EVICTABLE;
      if (Libc.fanotifyMark(s, fd, flags, WATCHED, file, MemorySegment.NULL) != 0) {
        throw new LinuxException("fanotify_mark", s.errno());
      }
    }
  }

  /** Forgets all files that were ignored. */
  public void flushIgnores() throws LinuxException {
    mark(FAN_MARK_FLUSH, 0, "/");
  }

  /** Bytes of events that wait to be read. */
  public int waitingEvents() throws LinuxException {
    try (Scratch s = Scratch.take()) {
      if (Libc.ioctl(s, fd, FIONREAD, s.struct) != 0) {
        throw new LinuxException("ioctl FIONREAD", s.errno());
      }
      return (int) (s.struct.get(JAVA_INT, 0) / EVENT_BYTES);
    }
  }

  /**
   * Waits for events, to be woken, for mounts to change, for a lease to be asked for, or for the
   * time to pass.
   *
   * @return whether mounts have changed
   */
  public boolean await(WakeUp wakeUp, MountChanges mounts, LeaseBreaks leases, int timeoutMillis)
      throws LinuxException {
    try (Scratch s = Scratch.take()) {
      setPoll(0, fd, POLLIN);
      setPoll(1, wakeUp.fd(), POLLIN);
      setPoll(2, mounts.fd(), POLLPRI);
      setPoll(3, leases.fd(), POLLIN);
      int ready = Libc.poll(s, polls, 4, timeoutMillis);
      if (ready < 0 && s.errno() != Errno.EINTR) {
        throw new LinuxException("poll", s.errno());
      }
      if (ready > 0 && isReady(1)) {
        wakeUp.reset();
      }
      if (ready > 0 && isReady(3)) {
        leases.noteTold();
      }
      return ready > 0 && isReady(2);
    }
  }

  private void setPoll(int index, int descriptor, short events) {
    long at = index * Layouts.POLLFD.byteSize();
    polls.set(JAVA_INT, at + Layouts.POLLFD_FD, descriptor);
    polls.set(JAVA_SHORT, at + Layouts.POLLFD_EVENTS, events);
    polls.set(JAVA_SHORT, at + Layouts.POLLFD_REVENTS, (short) 0);
  }

  private boolean isReady(int index) {
    return polls.get(JAVA_SHORT, index * Layouts.POLLFD.byteSize() + Layouts.POLLFD_REVENTS) != 0;
  }

  /**
   * Reads what waits, without waiting.
   *
   * @param most events, each of which brings a descriptor
   * @return how many {@link #mask}, {@link #file}, {@link #pid} now tell of; 0 also when another
   *     process holds a lease for writing on the file, whose open the kernel has then denied
   * @throws LinuxException with EBADF, EINVAL, EFAULT when the group cannot be read; with any other
   *     error one event could not get its descriptor, and the kernel has denied that open
   */
  public int read(int most) throws LinuxException {
    try (Scratch s = Scratch.take()) {
      long got = Libc.read(s, fd, events, Math.min(most, BATCH) * EVENT_BYTES);
      if (got >= 0) {
        return (int) (got / EVENT_BYTES);
      }
      if (s.errno() == Errno.EAGAIN || s.errno() == Errno.EINTR) {
        return 0;
      }
      throw new LinuxException("read fanotify", s.errno());
    }
  }

  /** Whether an event has the layout that is known here. */
  public boolean wellFormed(int index) {
    long at = index * EVENT_BYTES;
    return events.get(JAVA_BYTE, at + Layouts.EVENT_VERS) == FANOTIFY_METADATA_VERSION
        && events.get(JAVA_INT, at + Layouts.EVENT_LEN) == EVENT_BYTES;
  }

  /** What happened: a set of FAN_ constants. */
  public long mask(int index) {
    return events.get(JAVA_LONG, index * EVENT_BYTES + Layouts.EVENT_MASK);
  }

  /** The event's own descriptor of the file; negative when it has none. */
  public int file(int index) {
    return events.get(JAVA_INT, index * EVENT_BYTES + Layouts.EVENT_FD);
  }

  /** The process that did it. */
  public int pid(int index) {
    return events.get(JAVA_INT, index * EVENT_BYTES + Layouts.EVENT_PID);
  }

  /**
   * Answers a held open.
   *
   * @return 0, or the error number with which the kernel refused it: the open is still held
   */
  public int respond(int file, boolean allow) {
    try (Scratch s = Scratch.take()) {
      s.struct.set(JAVA_INT, Layouts.RESPONSE_FD, file);
      s.struct.set(JAVA_INT, Layouts.RESPONSE_RESPONSE, allow ? FAN_ALLOW : FAN_DENY);
      long length = Layouts.FANOTIFY_RESPONSE.byteSize();
      long written;
      do {
        written = Libc.write(s, fd, s.struct, length);
      } while (written < 0 && s.errno() == Errno.EINTR);
      return written == length ? 0 : s.errno();
    }
  }

  /** Ends the group; the kernel allows what is still held. */
  @Override
  public void close() throws LinuxException {
    Descriptors.close(fd);
  }
}
