// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.content;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the bytes of one content are: in memory or in a file; and the room that they take. Written
 * by one writer at a time.
 */
final class Hold {
  private static final Logger log = LoggerFactory.getLogger(Hold.class);
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final @Nullable Path file;
  private final int length;
  private final Runnable whenReleased;
  private final AtomicBoolean released = new AtomicBoolean();
  private volatile byte @Nullable [] memory;
  private @Nullable FileChannel channel;
  private int used;

  private Hold(@Nullable Path file, int length, Runnable whenReleased) {
    this.file = file;
    this.length = length;
    this.whenReleased = whenReleased;
  }

  static Hold inMemory(int length, Runnable whenReleased) {
    return new Hold(null, length, whenReleased);
  }

  static Hold inFile(Path file, Runnable whenReleased) {
    return new Hold(file, 0, whenReleased);
  }

  void write(ByteBuffer bytes) throws IOException {
    if (file == null) {
      byte[] array = memory;
      if (array == null) {
        array = new byte[length];
        memory = array;
      }
      int count = bytes.remaining();
      bytes.get(array, used, count);
      used += count;
      return;
    }
    FileChannel out = channel;
    if (out == null) {
      out =
          FileChannel.open(
              file, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), PRIVATE);
      channel = out;
    }
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  /** Nothing is written any more. */
  void finish() throws IOException {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }

  InputStream open() throws IOException {
    if (released.get()) {
      throw new IOException("content: closed");
    }
    if (file == null) {
      byte[] array = memory;
      return new ByteArrayInputStream(array == null ? new byte[0] : array);
    }
    return Files.newInputStream(file);
  }

  /** By whoever owns it, after the last write. */
  void release() {
    if (!released.compareAndSet(false, true)) {
      return;
    }
    memory = null;
    try {
      finish();
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      log.warn("A staged content could not be deleted. detail={}", e.toString());
    }
    whenReleased.run();
  }
}
