// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch.portable;

import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.decision.ObservedAccess;
import io.lazaret.protocol.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A file after it was written, opened by its path: all that every system offers. */
final class PortableFile implements ObservedAccess, AutoCloseable {
  private final Path path;
  private final FileChannel content;
  private final FileIdentity identity;
  private final long deadlineNanos;

  PortableFile(Path path, long deadlineNanos) throws IOException {
    this.path = path;
    this.deadlineNanos = deadlineNanos;
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(path.toString(), null, "no regular file any more");
    }
    this.content =
        FileChannel.open(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    try {
      this.identity = currentIdentity();
    } catch (IOException | RuntimeException failed) {
      content.close();
      throw failed;
    }
  }

  @Override
  public Lane lane() {
    return Lane.WRITTEN;
  }

  @Override
  public FileIdentity identity() {
    return identity;
  }

  @Override
  public FileIdentity currentIdentity() throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
    int key = Objects.hashCode(attributes.fileKey());
    return new FileIdentity(key, path.hashCode(), 0, content.size(), modified, modified);
  }

  @Override
  public String path() {
    return path.toString();
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
    return -1;
  }

  /** Nothing that any process may set tells a changed file here, so nothing is remembered. */
  @Override
  public boolean settled() {
    return false;
  }

  @Override
  public long deadlineNanos() {
    return deadlineNanos;
  }

  @Override
  public int read(ByteBuffer destination, long offset) throws IOException {
    return Math.max(0, content.read(destination, offset));
  }

  @Override
  public void close() throws IOException {
    content.close();
  }
}
