// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.debt;

import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.decision.ObservedAccess;
import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.Errno;
import io.lazaret.agent.linux.FileStatus;
import io.lazaret.agent.linux.Folder;
import io.lazaret.agent.linux.LinuxException;
import io.lazaret.protocol.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The file that is there now where a debt was made, by a descriptor of its own: what is judged is
 * what was opened, whatever takes its name meanwhile.
 */
final class OwedFile implements ObservedAccess, AutoCloseable {
  private final int fd;
  private final String path;
  private final int user;
  private final long deadlineNanos;
  private final FileStatus status;
  private final AtomicInteger users = new AtomicInteger(1);

  private OwedFile(int fd, String path, int user, long deadlineNanos, FileStatus status) {
    this.fd = fd;
    this.path = path;
    this.user = user;
    this.deadlineNanos = deadlineNanos;
    this.status = status;
  }

  /** The place of a debt is not to be found now, but its filesystem may be another one's place. */
  static final class Missing extends IOException {
    Missing(LinuxException cause) {
      super(cause);
    }
  }

  /** There is no such file any more. */
  static final class Gone extends IOException {
    Gone(LinuxException cause) {
      super(cause);
    }
  }

  /** Opens a regular file without following links; on a platform thread, because it may wait. */
  static OwedFile open(Debt debt, long deadlineNanos) throws IOException {
    int slash = debt.path().lastIndexOf('/');
    try (Folder folder = walk(debt.path().substring(0, Math.max(1, slash)))) {
      int fd = openIn(folder, debt.path().substring(slash + 1), debt);
      try {
        return new OwedFile(fd, debt.path(), debt.user(), deadlineNanos, Descriptors.status(fd));
      } catch (IOException | RuntimeException e) {
        Descriptors.closeQuietly(fd);
        throw e;
      }
    }
  }

  private static Folder walk(String path) throws IOException {
    try {
      return Folder.walk(path);
    } catch (LinuxException e) {
      throw isNotThere(e) ? new Missing(e) : e;
    }
  }

  private static int openIn(Folder folder, String name, Debt debt) throws IOException {
    try {
      return folder.openRegular(name);
    } catch (LinuxException e) {
      if (!isNotThere(e)) {
        throw e;
      }
      boolean sameFilesystem = folder.status().device() == debt.key().filesystem();
      throw sameFilesystem ? new Gone(e) : new Missing(e);
    }
  }

  private static boolean isNotThere(LinuxException e) {
    return switch (e.errno()) {
      case Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EINVAL -> true;
      default -> false;
    };
  }

  @Override
  public Lane lane() {
    return Lane.RESCAN;
  }

  @Override
  public FileIdentity identity() {
    return identity(status);
  }

  @Override
  public FileIdentity currentIdentity() throws IOException {
    use();
    try {
      return identity(Descriptors.status(fd));
    } finally {
      leave();
    }
  }

  private static FileIdentity identity(FileStatus status) {
    return new FileIdentity(
        status.device(),
        status.inode(),
        status.generation(),
        status.size(),
        status.modifiedNanos(),
        status.changedNanos());
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public String process() {
    return "";
  }

  @Override
  public int pid() {
    return 0;
  }

  @Override
  public int uid() {
    return user;
  }

  @Override
  public boolean settled() throws IOException {
    use();
    try {
      boolean ownTimes =
          switch (Descriptors.kind(fd)) {
            case DISK -> true;
            case UNSURE -> Descriptors.status(fd).onlyRootWrites();
            case NETWORK, FUSE, PSEUDO -> false;
          };
      return ownTimes && Descriptors.hasNoWriter(fd);
    } finally {
      leave();
    }
  }

  @Override
  public long deadlineNanos() {
    return deadlineNanos;
  }

  @Override
  public int read(ByteBuffer destination, long offset) throws IOException {
    use();
    try {
      return Descriptors.pread(fd, destination, offset);
    } finally {
      leave();
    }
  }

  /** A read that is under way keeps the number from being given to another file. */
  private void use() throws IOException {
    if (users.getAndUpdate(now -> now == 0 ? 0 : now + 1) == 0) {
      throw new IOException(path + ": closed (expected: open)");
    }
  }

  private void leave() {
    if (users.decrementAndGet() == 0) {
      Descriptors.closeQuietly(fd);
    }
  }

  @Override
  public void close() {
    leave();
  }
}
