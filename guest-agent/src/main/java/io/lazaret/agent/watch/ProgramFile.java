// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.decision.Program;
import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.FileStatus;
import io.lazaret.agent.linux.LinuxException;
import io.lazaret.agent.linux.ReadOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A process's executable, through the process and not by its name. */
final class ProgramFile implements Program {
  private static final int CLOSED = -1;

  private final String link;
  private final FileIdentity identity;
  private int fd = CLOSED;

  private ProgramFile(String link, FileIdentity identity) {
    this.link = link;
    this.identity = identity;
  }

  /** The executable of a process; none when the process is gone or has none. Opens nothing. */
  static Optional<Program> of(int pid) {
    String link = "/proc/" + pid + "/exe";
    try {
      return Optional.of(new ProgramFile(link, identityOf(Descriptors.knownStatus(link))));
    } catch (LinuxException gone) {
      return Optional.empty();
    }
  }

  @Override
  public FileIdentity identity() {
    return identity;
  }

  @Override
  public synchronized FileIdentity opened() throws IOException {
    return identityOf(Descriptors.status(descriptor()));
  }

  @Override
  public synchronized int read(ByteBuffer destination, long offset) throws IOException {
    return Descriptors.pread(descriptor(), destination, offset);
  }

  private int descriptor() throws LinuxException {
    if (fd == CLOSED) {
      fd = ReadOnly.open(link);
    }
    return fd;
  }

  /** Without the generation, which is known of open files only. */
  private static FileIdentity identityOf(FileStatus status) {
    return new FileIdentity(
        status.device(),
        status.inode(),
        0,
        status.size(),
        status.modifiedNanos(),
        status.changedNanos());
  }

  @Override
  public synchronized void close() throws IOException {
    if (fd != CLOSED) {
      Descriptors.close(fd);
      fd = CLOSED;
    }
  }
}
