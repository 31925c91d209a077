// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A private folder that clamd can read: what lies there need not go through a socket, from which
 * clamd reads 4 KB at a time to write them to a file of its own. Holds one content for each scan
 * that runs.
 */
final class ContentSpool implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ContentSpool.class);
  private static final FileAttribute<Set<PosixFilePermission>> READABLE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));

  private final Path directory;
  private final String name;
  private final AtomicLong numbers = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param directory exists, is empty, and is ours
   * @param name what clamd calls it
   */
  ContentSpool(Path directory, String name) {
    this.directory = directory;
    this.name = name;
  }

  /** What clamd calls it. */
  String name() {
    return name;
  }

  /** Bytes that lie there. */
  long bytes() {
    return bytes.get();
  }

  /** One content in a file; gone when it is closed. */
  final class Spooled implements AutoCloseable {
    private final Path file;
    private final long length;

    private Spooled(Path file, long length) {
      this.file = file;
      this.length = length;
      bytes.addAndGet(length);
    }

    /** What clamd calls it. */
    String name() {
      return name + "/" + file.getFileName();
    }

    @Override
    public void close() {
      bytes.addAndGet(-length);
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        log.warn("A spooled content could not be deleted. detail={}", e.toString());
      }
    }
  }

  /**
   * Writes a content.
   *
   * @throws IOException when there is no room, or the content is shorter or longer than it should
   *     be; nothing is left
   */
  Spooled put(InputStream content, long length) throws IOException {
    Path next = directory.resolve(Long.toString(numbers.incrementAndGet()));
    Spooled spooled = new Spooled(next, length);
    boolean whole = false;
    try (FileChannel file =
            FileChannel.open(
                spooled.file,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                READABLE);
        OutputStream out = Channels.newOutputStream(file)) {
      long written = content.transferTo(out);
      if (written != length || file.size() != length) {
        throw new IOException("content: " + written + " bytes (expected: " + length + ")");
      }
      whole = true;
      return spooled;
    } finally {
      if (!whole) {
        spooled.close();
      }
    }
  }

  /** Deletes it with what is in it. */
  @Override
  public void close() {
    try {
      Trees.delete(directory);
    } catch (IOException e) {
      log.warn("The spool could not be deleted. directory={} detail={}", directory, e.toString());
    }
  }
}
