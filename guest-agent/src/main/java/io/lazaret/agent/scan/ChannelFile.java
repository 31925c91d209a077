// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import io.lazaret.agent.decision.FileIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A file as every system offers it; nothing about it is remembered. */
public final class ChannelFile implements ScannedFile {
  private final Path path;
  private final FileChannel content;
  private final FileIdentity identity;
  private final long deadlineNanos;

  private ChannelFile(Path path, FileChannel content, long deadlineNanos) throws IOException {
    this.path = path;
    this.content = content;
    this.deadlineNanos = deadlineNanos;
    this.identity = currentIdentity();
  }

  /** Opens it; a link or anything but a regular file is refused. */
  public static ScannedFile open(Path file, long deadlineNanos) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("no regular file");
    }
    FileChannel content =
        FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    try {
      return new ChannelFile(file, content, deadlineNanos);
    } catch (IOException | RuntimeException failed) {
      content.close();
      throw failed;
    }
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

  /** Nothing that any process may set tells a changed file here. */
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
