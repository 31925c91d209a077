// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import io.lazaret.agent.client.ApplianceEpochs;
import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.decision.LocalVerdicts;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that scans found clean, on disk: what is unchanged since, under the present engine state of
 * the same appliance, is not looked at again. A table of fixed size in one file; the guest's own
 * memory is for what is opened and is not pushed out by a scan. Infected files go there all the
 * same.
 */
public final class SeenFiles implements LocalVerdicts, AutoCloseable {
  /** Files remembered: 16 MiB on disk. */
  static final int ENTRIES = 1 << 18;

  private static final Logger LOG = LoggerFactory.getLogger(SeenFiles.class);
  private static final int WAYS = 4;
  // One row: 16 bytes of the identity's SHA-256, the epoch, the content's SHA-256, 8 spare.
  private static final int ROW = 64;
  private static final int BUCKET = WAYS * ROW;

  private final LocalVerdicts memory;
  private final Supplier<MessageDigest> digests;
  private final Supplier<Long> presentEpoch;
  private final Supplier<String> appliance;
  private final FileChannel file;
  private final ByteBuffer bucket = ByteBuffer.allocate(BUCKET);
  private int victim;
  private final AtomicInteger sweeps = new AtomicInteger();

  /**
   * Opens the table, or makes it.
   *
   * @param memory the guest's own memory
   * @param presentEpoch the present engine state, 0 while it is not known
   * @param appliance that is connected, as it is addressed
   */
  public SeenFiles(
      Path path,
      LocalVerdicts memory,
      Supplier<MessageDigest> digests,
      Supplier<Long> presentEpoch,
      Supplier<String> appliance)
      throws IOException {
    this.memory = memory;
    this.digests = digests;
    this.presentEpoch = presentEpoch;
    this.appliance = appliance;
    file =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    long bytes = (long) ENTRIES * ROW;
    if (file.size() < bytes) {
      file.write(ByteBuffer.allocate(1), bytes - 1); // all of it is there, and takes no room yet
    }
  }

  @Override
  public Optional<Known> find(FileIdentity identity) {
    Optional<Known> known = memory.find(identity);
    return known.isPresent() || sweeps.get() > 0 || presentEpoch.get() == 0
        ? known
        : onDisk(identity);
  }

  /** A scan asks: so the appliance learns where in the guest a content is. */
  @Override
  public Optional<Known> findClean(ContentKey content) {
    return Optional.empty();
  }

  private synchronized Optional<Known> onDisk(FileIdentity identity) {
    ByteBuffer print = print(identity);
    try {
      read(print);
      int row = rowOf(print);
      if (row < 0) {
        return Optional.empty();
      }
      long epoch = presentEpoch.get();
      boolean counts = bucket.getLong(row + 16) == ApplianceEpochs.said(epoch);
      ContentHash hash = ContentHash.readFrom(bucket.duplicate().position(row + 24));
      return counts
          ? Optional.of(new Known(Verdict.CLEAN, epoch, new ContentKey(hash, identity.size())))
          : Optional.empty();
    } catch (IOException failed) {
      LOG.warn("seen files cannot be read detail={}", failed.toString());
      return Optional.empty();
    }
  }

  @Override
  public void remember(FileIdentity identity, Known known, long revision) {
    if (known.verdict() instanceof Verdict.Infected) {
      memory.remember(identity, known, revision);
    } else if (revision == memory.revision()
        && sweeps.get() == 0
        && known.epoch() == presentEpoch.get()) {
      keep(identity, known);
    }
  }

  private synchronized void keep(FileIdentity identity, Known known) {
    ByteBuffer print = print(identity);
    try {
      long position = read(print);
      int row = rowOf(print);
      for (int way = 0; way < WAYS && row < 0; way++) {
        boolean free = bucket.getLong(way * ROW + 16) != ApplianceEpochs.said(known.epoch());
        row = free ? way * ROW : -1;
      }
      if (row < 0) {
        victim = (victim + 1) % WAYS;
        row = victim * ROW;
      }
      ByteBuffer fresh =
          ByteBuffer.allocate(ROW)
              .put(print.duplicate())
              .putLong(ApplianceEpochs.said(known.epoch()));
      known.content().hash().writeTo(fresh);
      file.write(fresh.rewind(), position + row);
    } catch (IOException failed) {
      LOG.warn("seen files cannot be written detail={}", failed.toString());
    }
  }

  /** Reads the bucket that this belongs to, and gives its place. */
  private long read(ByteBuffer print) throws IOException {
    long position = (print.getInt(0) & (ENTRIES / WAYS - 1)) * (long) BUCKET;
    Arrays.fill(bucket.array(), (byte) 0);
    bucket.clear();
    while (bucket.hasRemaining() && file.read(bucket, position + bucket.position()) >= 0) {
      // until all is there, or the file's end
    }
    bucket.clear();
    return position;
  }

  private int rowOf(ByteBuffer print) {
    for (int row = 0; row < BUCKET; row += ROW) {
      if (bucket.slice(row, 16).equals(print)) {
        return row;
      }
    }
    return -1;
  }

  private ByteBuffer print(FileIdentity identity) {
    ByteBuffer all =
        ByteBuffer.allocateDirect(6 * 8)
            .putLong(identity.filesystem())
            .putLong(identity.inode())
            .putLong(identity.generation())
            .putLong(identity.size())
            .putLong(identity.modifiedNanos())
            .putLong(identity.changedNanos())
            .flip();
    MessageDigest digest = digests.get();
    digest.update(all);
    // An engine state's number means something at the appliance that gave it only.
    byte[] name = appliance.get().getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocateDirect(name.length).put(name).flip());
    return ByteBuffer.wrap(digest.digest(), 0, 16).slice();
  }

  /** Forgets contents whose verdict is no longer true; reads the whole table, so not at once. */
  @Override
  public void revoked(Iterable<Revocation> revocations) {
    Set<ContentHash> hashes = new HashSet<>();
    revocations.forEach(revocation -> hashes.add(revocation.content().hash()));
    sweeps.incrementAndGet();
    Thread.ofVirtual().name("seen-sweep").start(() -> sweep(hashes));
  }

  private synchronized void sweep(Set<ContentHash> hashes) {
    try {
      for (long at = 0; at < file.size(); at += BUCKET) {
        bucket.clear();
        if (file.read(bucket, at) < BUCKET) {
          break;
        }
        for (int row = 0; row < BUCKET; row += ROW) {
          if (hashes.contains(ContentHash.readFrom(bucket.duplicate().position(row + 24)))) {
            file.write(ByteBuffer.allocate(ROW), at + row);
          }
        }
      }
      sweeps.decrementAndGet();
    } catch (IOException failed) {
      // Nothing in it is believed any more.
      LOG.error("seen files cannot be swept detail={}", failed.toString());
    }
  }

  @Override
  public Optional<Known> findInfected(FileIdentity identity) {
    return memory.findInfected(identity);
  }

  @Override
  public long revision() {
    return memory.revision();
  }

  @Override
  public boolean counts(long epoch) {
    return memory.counts(epoch);
  }

  @Override
  public void forget(FileIdentity identity) {
    memory.forget(identity);
  }

  @Override
  public void epochChanged(long epoch, long graceSeconds) {
    memory.epochChanged(epoch, graceSeconds);
  }

  @Override
  public void clear() {
    memory.clear();
  }

  @Override
  public int size() {
    return memory.size();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
