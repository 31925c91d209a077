// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Room on the disk, taken beforehand, for infected verdicts that the ledger cannot write because
 * the disk is full. Each has a slot of its own, which is written in place and synced.
 *
 * <p>A slot is {@code crc32 u32, domain i32, length i64, epoch i64, judged i64, hash 32 bytes, name
 * length u16, name}; the first one, in place of a verdict, has {@code crc32 u32, i64}: the time
 * from before which no clean verdict counts. An unused slot is all zero. Whoever calls it takes
 * care that only one thread does.
 */
public final class VerdictReserve implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(VerdictReserve.class);

  // No slot lies in two sectors of a disk, so power that fails while one is written spares others.
  private static final int SLOT_BYTES = 256;
  private static final int HEAD_BYTES = 66;
  private static final int EXTENT_SLOTS = 64;

  private final Path file;
  private final int most;
  private final Optional<FileChannel> channel;
  private final Map<Key, Integer> slots = new HashMap<>();
  private final TreeSet<Integer> free = new TreeSet<>();
  private final List<StoredVerdict> found = new ArrayList<>();
  private Optional<Instant> lostAt = Optional.empty();
  private int taken;

  private record Key(int domain, ContentKey content) {
    static Key of(StoredVerdict verdict) {
      return new Key(verdict.domain(), verdict.content());
    }
  }

  private VerdictReserve(Path file, int most, Optional<FileChannel> channel) {
    this.file = file;
    this.most = most;
    this.channel = channel;
  }

  /**
   * Opens the file and takes the room for so many verdicts; as much as there is when the disk is
   * full already.
   */
  public static VerdictReserve open(Path file, int most) {
    try {
      FileChannel channel =
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      VerdictReserve reserve = new VerdictReserve(file, most, Optional.of(channel));
      reserve.readAll(channel);
      reserve.takeRoom();
      return reserve;
    } catch (IOException e) {
      log.error("no reserve for infected verdicts: file={} cause={}", file, e.toString());
      return new VerdictReserve(file, 0, Optional.empty());
    }
  }

  /** The verdicts that were in it when it was opened. */
  public List<StoredVerdict> found() {
    return List.copyOf(found);
  }

  /** The time from before which no clean verdict counts, if there is one. */
  public Optional<Instant> lostAt() {
    return lostAt;
  }

  /** How many verdicts are in it. */
  public int size() {
    return slots.size();
  }

  /** Keeps an infected verdict; false when that could not be done. */
  public boolean put(StoredVerdict verdict) {
    if (!(verdict.verdict() instanceof Verdict.Infected infected)) {
      throw new IllegalArgumentException(verdict + " (expected: an infected one)");
    }
    Integer own = slots.get(Key.of(verdict));
    if (own == null && free.isEmpty()) {
      takeRoom();
    }
    Integer slot = own != null ? own : free.pollFirst();
    if (slot == null) {
      return false;
    }
    if (!write(slot, encode(verdict, infected.threat()))) {
      free.add(slot);
      slots.remove(Key.of(verdict));
      return false;
    }
    slots.put(Key.of(verdict), slot);
    return true;
  }

  /** Empties the slot of a content that needs none any more. */
  public void remove(int domain, ContentKey content) {
    Integer slot = slots.remove(new Key(domain, content));
    if (slot != null) {
      write(slot, ByteBuffer.allocate(SLOT_BYTES));
      free.add(slot);
    }
  }

  /** From now on no clean verdict from before this time counts. */
  public void lost(Instant at) {
    lostAt = Optional.of(at);
    ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
    slot.putLong(Integer.BYTES, at.toEpochMilli());
    write(0, signed(slot));
  }

  @Override
  public void close() throws IOException {
    if (channel.isPresent()) {
      channel.get().close();
    }
  }

  private void readAll(FileChannel from) throws IOException {
    taken = Math.min(most + 1, (int) (from.size() / SLOT_BYTES));
    ByteBuffer all = ByteBuffer.allocate(taken * SLOT_BYTES);
    while (all.hasRemaining() && from.read(all, all.position()) >= 0) {}
    for (int slot = 0; slot < taken; slot++) {
      ByteBuffer one = all.slice(slot * SLOT_BYTES, SLOT_BYTES);
      if (slot == 0) {
        lostAt =
            isSigned(one)
                ? Optional.of(Instant.ofEpochMilli(one.getLong(Integer.BYTES)))
                : Optional.empty();
        continue;
      }
      Optional<StoredVerdict> verdict = isSigned(one) ? decode(one) : Optional.empty();
      if (verdict.isPresent() && slots.putIfAbsent(Key.of(verdict.get()), slot) == null) {
        found.add(verdict.get());
      } else {
        free.add(slot);
      }
    }
  }

  /** Makes the file as long as it is to be, with zeros that are really written. */
  private void takeRoom() {
    if (channel.isEmpty()) {
      return;
    }
    try {
      boolean more = false;
      while (taken <= most) {
        int slotsMore = Math.min(EXTENT_SLOTS, most + 1 - taken);
        ByteBuffer zeros = ByteBuffer.allocate(slotsMore * SLOT_BYTES);
        writeAll(channel.get(), zeros, (long) taken * SLOT_BYTES);
        for (int i = 0; i < slotsMore; i++) {
          if (taken > 0) {
            free.add(taken);
          }
          taken++;
        }
        more = true;
      }
      if (more) {
        channel.get().force(true);
      }
    } catch (IOException e) {
      log.error(
          "the reserve for infected verdicts is too small: file={} room={} wanted={} cause={}",
          file,
          Math.max(0, taken - 1),
          most,
          e.toString());
    }
  }

  private boolean write(int slot, ByteBuffer content) {
    if (channel.isEmpty() || slot >= taken) {
      return false;
    }
    try {
      writeAll(channel.get(), content, (long) slot * SLOT_BYTES);
      channel.get().force(false);
      return true;
    } catch (IOException e) {
      log.error("the reserve for infected verdicts failed: file={} cause={}", file, e.toString());
      return false;
    }
  }

  private static void writeAll(FileChannel to, ByteBuffer content, long position)
      throws IOException {
    long at = position;
    while (content.hasRemaining()) {
      at += to.write(content, at);
    }
  }

  private static ByteBuffer encode(StoredVerdict verdict, String threat) {
    ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
    slot.position(Integer.BYTES);
    slot.putInt(verdict.domain());
    slot.putLong(verdict.content().length());
    slot.putLong(verdict.epoch());
    slot.putLong(verdict.judgedAt().toEpochMilli());
    slot.put(verdict.content().hash().toBytes());
    byte[] name = threat.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(name.length, SLOT_BYTES - HEAD_BYTES);
    slot.putShort((short) length);
    slot.put(name, 0, length);
    slot.clear();
    return signed(slot);
  }

  private static Optional<StoredVerdict> decode(ByteBuffer slot) {
    slot.position(Integer.BYTES);
    int domain = slot.getInt();
    long length = slot.getLong();
    long epoch = slot.getLong();
    Instant judged = Instant.ofEpochMilli(slot.getLong());
    byte[] hash = new byte[32];
    slot.get(hash);
    int nameLength = slot.getShort();
    if (length < 0 || nameLength < 1 || nameLength > slot.remaining()) {
      return Optional.empty();
    }
    byte[] name = new byte[nameLength];
    slot.get(name);
    Verdict verdict = new Verdict.Infected(new String(name, StandardCharsets.UTF_8));
    ContentKey content = new ContentKey(ContentHash.of(hash), length);
    return Optional.of(new StoredVerdict(domain, content, verdict, epoch, judged));
  }

  private static ByteBuffer signed(ByteBuffer slot) {
    return slot.putInt(0, crc(slot));
  }

  /** An unused slot is not: the checksum of zeros is not zero. */
  private static boolean isSigned(ByteBuffer slot) {
    return slot.getInt(0) == crc(slot);
  }

  private static int crc(ByteBuffer slot) {
    CRC32 crc = new CRC32();
    crc.update(slot.slice(Integer.BYTES, SLOT_BYTES - Integer.BYTES));
    return (int) crc.getValue();
  }
}
