// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import io.lazaret.agent.client.ContentReader;
import io.lazaret.protocol.ContentHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The folder of what is in quarantine: two files each, {@code ID.masked} and {@code ID.record}.
 * Only its owner may look into it; one process at a time uses it.
 */
final class Vault implements AutoCloseable {
  static final Pattern ID = Pattern.compile("[0-9a-f]{16}");

  private static final String MASKED = ".masked";
  private static final String RECORD = ".record";
  private static final String FRESH = ".new";
  private static final String RELEASED = "released";
  private static final int MOST_RELEASED = 1000;
  private static final int LONGEST_RECORD = 4 << 20;

  /** Left to others on the disk where the vault is. */
  private static final long SPARE_BYTES = 64L << 20;

  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private final Path folder;
  private final FileChannel lockFile;
  private final FileLock lock;
  private long bytes;
  private int files;

  private Vault(Path folder, FileChannel lockFile, FileLock lock) {
    this.folder = folder;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Opens it, and makes it when there is none; what a crash left half written is removed.
   *
   * @throws IOException when it is no private folder, or another process uses it
   */
  static Vault open(Path folder) throws IOException {
    try {
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
    } catch (FileAlreadyExistsException there) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          || !Files.getPosixFilePermissions(folder).equals(PRIVATE)) {
        throw new IOException(folder + ": is no folder of mode 0700 (expected: one)", there);
      }
    }
    FileChannel lockFile =
        FileChannel.open(
            folder.resolve("lock"),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PRIVATE_FILE);
    try {
      FileLock lock = lockFile.tryLock();
      if (lock == null) {
        throw new IOException(folder + ": another process uses it");
      }
      Vault vault = new Vault(folder, lockFile, lock);
      vault.tidy();
      return vault;
    } catch (OverlappingFileLockException ours) {
      lockFile.close();
      throw new IOException(folder + ": is in use", ours);
    } catch (IOException | RuntimeException failed) {
      lockFile.close();
      throw failed;
    }
  }

  /** Removes what is half written, and counts the rest. */
  private void tidy() throws IOException {
    Set<String> records = new HashSet<>();
    List<Path> masked = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        String name = file.getFileName().toString();
        if (name.endsWith(FRESH)) {
          Files.delete(file);
        } else if (name.endsWith(RECORD)) {
          records.add(name.substring(0, name.length() - RECORD.length()));
        } else if (name.endsWith(MASKED)) {
          masked.add(file);
        }
      }
    }
    for (Path file : masked) {
      String name = file.getFileName().toString();
      if (records.contains(name.substring(0, name.length() - MASKED.length()))) {
        bytes += Files.size(file);
      } else {
        Files.delete(file);
      }
    }
    files = records.size();
  }

  synchronized long bytes() {
    return bytes;
  }

  synchronized int files() {
    return files;
  }

  /** Whether so much more fits, on the disk too. */
  boolean hasRoom(long more, RemedySettings settings) throws IOException {
    synchronized (this) {
      if (files >= settings.vaultFiles() || bytes > settings.vaultBytes() - more) {
        return false;
      }
    }
    return Files.getFileStore(folder).getUsableSpace() - SPARE_BYTES > more;
  }

  /** Where masked content is written to, before {@link #keep}. */
  FileChannel fresh(String id) throws IOException {
    return FileChannel.open(
        folder.resolve(id + MASKED + FRESH),
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        PRIVATE_FILE);
  }

  /** Masked content is complete and on the disk. */
  void keep(String id) throws IOException {
    Path masked = folder.resolve(id + MASKED);
    Files.move(folder.resolve(id + MASKED + FRESH), masked, StandardCopyOption.ATOMIC_MOVE);
    sync();
  }

  /** Gives up masked content that has no record. */
  void drop(String id) throws IOException {
    Files.deleteIfExists(folder.resolve(id + MASKED + FRESH));
    Files.deleteIfExists(folder.resolve(id + MASKED));
  }

  /** Writes a record, or replaces it as a whole; it is on the disk when this returns. */
  void write(Item item) throws IOException {
    Path record = folder.resolve(item.id() + RECORD);
    Path fresh = folder.resolve(item.id() + RECORD + FRESH);
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(
            fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE_FILE)) {
      ByteBuffer text = ByteBuffer.wrap(ItemFile.format(item));
      while (text.hasRemaining()) {
        channel.write(text);
      }
      channel.force(true);
    }
    boolean another = !Files.exists(record);
    Files.move(fresh, record, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync();
    if (another) {
      count(1, maskedBytes(item.id()));
    }
  }

  /**
   * Forgets an item: its record first, because content without one is removed at the next start.
   */
  void remove(Item item) throws IOException {
    long size = maskedBytes(item.id());
    if (Files.deleteIfExists(folder.resolve(item.id() + RECORD))) {
      sync();
      count(-1, -size);
    }
    drop(item.id());
  }

  private synchronized void count(int moreFiles, long moreBytes) {
    files += moreFiles;
    bytes += moreBytes;
  }

  private long maskedBytes(String id) throws IOException {
    try {
      return Files.size(folder.resolve(id + MASKED));
    } catch (NoSuchFileException none) {
      return 0;
    }
  }

  Optional<Item> find(String id) throws IOException {
    if (!ID.matcher(id).matches()) {
      return Optional.empty();
    }
    Path record = folder.resolve(id + RECORD);
    try {
      if (Files.size(record) > LONGEST_RECORD) {
        throw new IOException("it is too long");
      }
      return Optional.of(ItemFile.parse(Files.readAllBytes(record)));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException broken) {
      throw new IOException(record + ": cannot be read: " + broken.getMessage(), broken);
    }
  }

  /** The ids of all items, in no order. */
  List<String> ids() throws IOException {
    List<String> ids = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + RECORD)) {
      for (Path record : all) {
        String name = record.getFileName().toString();
        ids.add(name.substring(0, name.length() - RECORD.length()));
      }
    }
    return ids;
  }

  /** The plain content of an item, readable at any position, until it is closed. */
  Content content(Item item) throws IOException {
    return new Content(
        FileChannel.open(
            folder.resolve(item.id() + MASKED),
            Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)),
        item);
  }

  /** Plain content, unmasked while it is read. */
  record Content(FileChannel masked, Item item) implements ContentReader, AutoCloseable {
    @Override
    public int read(ByteBuffer destination, long offset) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(destination.remaining());
      int count = Math.max(0, masked.read(buffer, offset));
      new Mask(item.key(), offset).apply(buffer.flip(), destination);
      return count;
    }

    @Override
    public void close() throws IOException {
      masked.close();
    }
  }

  /** Notes that an operator restored this content by force: it is denied, but not taken again. */
  void release(ContentHash hash) throws IOException {
    List<String> released = new ArrayList<>(released());
    released.remove(hash.toString());
    released.add(hash.toString());
    Path fresh = folder.resolve(RELEASED + FRESH);
    Files.deleteIfExists(fresh);
    Files.write(
        Files.createFile(fresh, PRIVATE_FILE),
        released.subList(Math.max(0, released.size() - MOST_RELEASED), released.size()));
    Files.move(
        fresh,
        folder.resolve(RELEASED),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    sync();
  }

  boolean isReleased(ContentHash hash) throws IOException {
    return released().contains(hash.toString());
  }

  private List<String> released() throws IOException {
    try {
      return Files.readAllLines(folder.resolve(RELEASED));
    } catch (NoSuchFileException none) {
      return List.of();
    }
  }

  private void sync() throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    lock.release();
    lockFile.close();
  }
}
