// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.decision.ObservedAccess;
import io.lazaret.agent.decision.Program;
import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.FileStatus;
import io.lazaret.agent.linux.FilesystemKind;
import io.lazaret.agent.linux.LinuxException;
import io.lazaret.agent.linux.Processes;
import io.lazaret.protocol.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of one event, by the event's own descriptor, which is closed when {@link #close} was
 * called and the last user has gone.
 */
abstract class EventFile implements ObservedAccess, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventFile.class);

  private final int fd;
  private final int pid;
  private final Lane lane;
  private final DescriptorBudget budget;
  private final AtomicInteger users = new AtomicInteger(1);
  private final FileStatus status;
  private final FileIdentity identity;

  EventFile(int fd, int pid, Lane lane, FileStatus status, DescriptorBudget budget) {
    this.fd = fd;
    this.pid = pid;
    this.lane = lane;
    this.status = status;
    this.budget = budget;
    identity = identityOf(status);
  }

  static FileIdentity identityOf(FileStatus status) {
    return new FileIdentity(
        status.device(),
        status.inode(),
        status.generation(),
        status.size(),
        status.modifiedNanos(),
        status.changedNanos());
  }

  final int fd() {
    return fd;
  }

  final FileStatus status() {
    return status;
  }

  @Override
  public final Lane lane() {
    return lane;
  }

  @Override
  public FileIdentity identity() {
    return identity;
  }

  @Override
  public final FileIdentity currentIdentity() throws IOException {
    return identityOf(currentStatus());
  }

  final FileStatus currentStatus() throws IOException {
    use();
    try {
      return Descriptors.status(fd);
    } finally {
      leave();
    }
  }

  @Override
  public final int read(ByteBuffer destination, long offset) throws IOException {
    use();
    try {
      return Descriptors.pread(fd, destination, offset);
    } finally {
      leave();
    }
  }

  @Override
  public final int readAtOnce(ByteBuffer destination, long offset) throws IOException {
    use();
    try {
      return Descriptors.preadCached(fd, destination, offset);
    } finally {
      leave();
    }
  }

  /**
   * Whether somebody has the file open, or mapped, for writing; only on a disk of this machine can
   * that be said without asking anybody.
   */
  final boolean isBeingWritten() throws IOException {
    use();
    try {
      return Descriptors.kind(fd) == FilesystemKind.DISK && !Descriptors.hasNoWriter(fd);
    } finally {
      leave();
    }
  }

  @Override
  public final boolean settled() throws IOException {
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
  public final String path() {
    if (!tryUse()) {
      return "";
    }
    try {
      return Descriptors.path(fd);
    } finally {
      leave();
    }
  }

  @Override
  public final String process() {
    return Processes.executable(pid);
  }

  @Override
  public final Optional<Program> program() {
    return ProgramFile.of(pid);
  }

  @Override
  public final int pid() {
    return pid;
  }

  @Override
  public final int uid() {
    return Processes.user(pid);
  }

  /** Keeps the descriptor open until {@link #leave}; false when it is closed already. */
  final boolean tryUse() {
    while (true) {
      int now = users.get();
      if (now == 0) {
        return false;
      }
      if (users.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  private void use() throws IOException {
    if (!tryUse()) {
      throw new IOException("event descriptor " + fd + ": closed (expected: open)");
    }
  }

  final void leave() {
    if (users.decrementAndGet() == 0) {
      closeDescriptor(fd, budget);
    }
  }

  /** Closes an event's descriptor and pays it back. */
  static void closeDescriptor(int fd, DescriptorBudget budget) {
    try {
      Descriptors.close(fd);
    } catch (LinuxException e) {
      LOG.error("event descriptor could not be closed fd={}", fd, e);
    }
    budget.giveBack(1);
  }

  /** To be called once, by the one the file was made for. */
  @Override
  public void close() {
    leave();
  }
}
