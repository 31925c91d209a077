// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.protocol.ContentHash;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says of most contents that they are surely not in the ledger, so that nobody has to look there: a
 * Bloom filter over the hashes of all that are. It is read from the file in the background, and
 * knows nothing until that is done; contents that were removed stay in it until the next start.
 */
final class StoredContents {
  private static final Logger log = LoggerFactory.getLogger(StoredContents.class);

  /** With four bits set for each content, one of 400 that are not there is looked for. */
  private static final int BITS_PER_CONTENT = 16;

  private static final int PROBES = 4;

  /** 32 MB: with more contents than it is made for, more are looked for. */
  private static final long MOST_BITS = 1L << 28;

  private static final long LEAST_CONTENTS = 1L << 20;

  /** Of one verdict in the file, and its part of the indexes, rounded down. */
  private static final int BYTES_PER_CONTENT = 64;

  private static final int ROWS_AT_ONCE = 20_000;

  private final AtomicLongArray words;
  private final long mask;
  private volatile boolean complete;

  private StoredContents(long bits) {
    words = new AtomicLongArray((int) (bits / Long.SIZE));
    mask = bits - 1;
  }

  /** For a file of this size, and twice as many contents as it may have. */
  static StoredContents forFile(long bytes) {
    long contents = Math.max(LEAST_CONTENTS, 2 * bytes / BYTES_PER_CONTENT);
    long bits = Math.min(MOST_BITS, Long.highestOneBit(contents * BITS_PER_CONTENT));
    return new StoredContents(bits);
  }

  /** Reads what is there, a part at a time, so that look-ups go on meanwhile. */
  void load(Ledger ledger) {
    Thread.ofVirtual()
        .name("stored-contents")
        .start(() -> {
          try {
            byte[] last = new byte[0];
            while (last != null) {
              last = loadBehind(ledger, last);
            }
            complete = true;
          } catch (CompletionException e) {
            log.info("every content is looked for on disk cause={}", e.getMessage());
          }
        });
  }

  /** The last hash that was read; null when there are no more. */
  private byte @Nullable [] loadBehind(Ledger ledger, byte[] last) {
    List<byte[]> hashes =
        ledger
            .read(database ->
                database.list(
                    "SELECT DISTINCT hash FROM verdict WHERE hash > ? ORDER BY hash LIMIT ?",
                    row -> row.getBytes(1),
                    last,
                    ROWS_AT_ONCE))
            .join();
    hashes.forEach(hash -> add(ContentHash.of(hash)));
    return hashes.size() < ROWS_AT_ONCE ? null : hashes.getLast();
  }

  /** What it takes of memory. */
  long bytes() {
    return (mask + 1) / Byte.SIZE;
  }

  /** It is there, or is about to be. */
  void add(ContentHash hash) {
    for (int i = 0; i < PROBES; i++) {
      long bit = bit(hash, i);
      words.getAndAccumulate((int) (bit >>> 6), 1L << bit, (word, set) -> word | set);
    }
  }

  /** False when it is surely not there. */
  boolean mayContain(ContentHash hash) {
    if (!complete) {
      return true;
    }
    for (int i = 0; i < PROBES; i++) {
      long bit = bit(hash, i);
      if ((words.get((int) (bit >>> 6)) & 1L << bit) == 0) {
        return false;
      }
    }
    return true;
  }

  /** A hash is as good as four random numbers. */
  private long bit(ContentHash hash, int probe) {
    long number =
        switch (probe) {
          case 0 -> hash.word0();
          case 1 -> hash.word1();
          case 2 -> hash.word2();
          default -> hash.word3();
        };
    return number & mask;
  }
}
