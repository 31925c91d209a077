// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.journal;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file: eight bytes that say what it is, then records of a length, a CRC-32C and so many bytes.
 * For one thread at a time.
 */
final class JournalFile implements AutoCloseable {
  private static final byte[] FIRST = "LZJRNL1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HEAD_BYTES = 8;
  private static final int LONGEST = 64 << 10;
  private static final long SMALL_BYTES = 64 << 10;
  private static final int GROWTH = 3;
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final Logger LOG = LoggerFactory.getLogger(JournalFile.class);

  private final Path path;
  private @Nullable FileChannel channel;
  private long size;
  private long sizeAtFirst;

  JournalFile(Path path) {
    this.path = path;
  }

  /** Reads all whole records; false when there is no file, or its end is torn off. */
  boolean read(Consumer<byte[]> replay) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    int records = 0;
    try (FileChannel in =
            FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        DataInputStream data =
            new DataInputStream(new BufferedInputStream(Channels.newInputStream(in)))) {
      if (!Arrays.equals(data.readNBytes(FIRST.length), FIRST)) {
        Path aside = path.resolveSibling(path.getFileName() + ".broken");
        Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
        LOG.error("journal is none, laid aside file={}", aside);
        return false;
      }
      while (true) {
        int length = data.readInt();
        int check = data.readInt();
        if (length < 0 || length > LONGEST) {
          throw new EOFException(
              "record: " + length + " bytes (expected: at most " + LONGEST + ")");
        }
        byte[] bytes = data.readNBytes(length);
        if (bytes.length < length || check != check(bytes)) {
          throw new EOFException("record: its checksum does not fit");
        }
        replay(bytes, replay);
        records++;
        size += HEAD_BYTES + length;
      }
    } catch (EOFException end) {
      long whole = size + FIRST.length;
      long torn = Files.size(path) - whole;
      size = whole;
      sizeAtFirst = whole;
      if (torn > 0) {
        LOG.warn("journal's torn end left out file={} records={} bytes={}", path, records, torn);
      }
      return torn == 0;
    }
  }

  private void replay(byte[] bytes, Consumer<byte[]> to) {
    try {
      to.accept(bytes);
    } catch (RuntimeException malformed) {
      LOG.error("journal record left out file={}", path, malformed);
    }
  }

  /** Whether most of it is old by now. */
  boolean grown() {
    return size > Math.max(SMALL_BYTES, GROWTH * sizeAtFirst);
  }

  void append(List<byte[]> records) throws IOException {
    if (records.isEmpty()) {
      return;
    }
    int bytes = records.stream().mapToInt(one -> one.length + HEAD_BYTES).sum();
    ByteBuffer group = ByteBuffer.allocate(bytes);
    records.forEach(one -> group.putInt(one.length).putInt(check(one)).put(one));
    write(open(), group.flip());
    size += bytes;
  }

  /** Writes it anew; a crash leaves the old one or the new one. */
  void replace(Journal.Owner owner) throws IOException {
    close();
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    long written;
    try (FileChannel out =
        FileChannel.open(
            fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE)) {
      Rewriting rewriting = new Rewriting(out);
      owner.write(rewriting);
      written = rewriting.finish();
    }
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
    size = written;
    sizeAtFirst = written;
  }

  private FileChannel open() throws IOException {
    FileChannel opened = channel;
    if (opened == null) {
      opened = FileChannel.open(path, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);
      channel = opened;
    }
    return opened;
  }

  private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
    out.force(false);
  }

  private static int check(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  @Override
  public void close() throws IOException {
    FileChannel opened = channel;
    channel = null;
    if (opened != null) {
      opened.close();
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }

  /** Records on their way into a new file, a few kilobytes at a time. */
  private static final class Rewriting implements Consumer<byte[]> {
    private final FileChannel out;
    private final ByteBuffer buffer = ByteBuffer.allocate(LONGEST + HEAD_BYTES).put(FIRST);
    private long written;
    private @Nullable IOException failed;

    Rewriting(FileChannel out) {
      this.out = out;
    }

    @Override
    public void accept(byte[] bytes) {
      if (failed != null) {
        return;
      }
      try {
        if (buffer.remaining() < bytes.length + HEAD_BYTES) {
          drain();
        }
        buffer.putInt(bytes.length).putInt(check(bytes)).put(bytes);
      } catch (IOException e) {
        failed = e;
      }
    }

    private void drain() throws IOException {
      buffer.flip();
      written += buffer.remaining();
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      buffer.clear();
    }

    long finish() throws IOException {
      if (failed != null) {
        throw failed;
      }
      drain();
      out.force(true);
      return written;
    }
  }
}
