// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.FileStatus;
import io.lazaret.agent.linux.ReadOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A file by a descriptor of its own, which tells whether a later change would show. */
public final class DescriptorFile implements ScannedFile {
  private final String path;
  private final int fd;
  private final FileIdentity identity;
  private final long deadlineNanos;

  private DescriptorFile(String path, int fd, FileIdentity identity, long deadlineNanos) {
    this.path = path;
    this.fd = fd;
    this.identity = identity;
    this.deadlineNanos = deadlineNanos;
  }

  /** Opens it; a link or anything but a regular file is refused. */
  public static ScannedFile open(Path file, long deadlineNanos) throws IOException {
    int fd = ReadOnly.openItself(file.toString());
    try {
      FileStatus status = Descriptors.status(fd);
      if (!status.regular()) {
        throw new IOException("no regular file");
      }
      return new DescriptorFile(file.toString(), fd, identityOf(status), deadlineNanos);
    } catch (IOException | RuntimeException failed) {
      Descriptors.close(fd);
      throw failed;
    }
  }

  private static FileIdentity identityOf(FileStatus status) {
    return new FileIdentity(
        status.device(),
        status.inode(),
        status.generation(),
        status.size(),
        status.modifiedNanos(),
        status.changedNanos());
  }

  @Override
  public FileIdentity identity() {
    return identity;
  }

  @Override
  public FileIdentity currentIdentity() throws IOException {
    return identityOf(Descriptors.status(fd));
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public boolean settled() throws IOException {
    boolean ownTimes =
        switch (Descriptors.kind(fd)) {
          case DISK -> true;
          case UNSURE -> Descriptors.status(fd).onlyRootWrites();
          case NETWORK, FUSE, PSEUDO -> false;
        };
    return ownTimes && Descriptors.hasNoWriter(fd);
  }

  @Override
  public long deadlineNanos() {
    return deadlineNanos;
  }

  @Override
  public int read(ByteBuffer destination, long offset) throws IOException {
    return Descriptors.pread(fd, destination, offset);
  }

  @Override
  public void close() throws IOException {
    Descriptors.close(fd);
  }
}
