// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.metrics.Count;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.Verdict.Incomplete;
import io.lazaret.protocol.Verdict.Reason;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Verdicts packed into pages come out as they went in. */
final class VerdictMemoryTest {
  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
  private final Random random = new Random(1);
  private final Count evictions = new Metrics().counter(Metric.MEMORY_EVICTIONS);

  @Test
  void everyKindOfVerdictComesBack() {
    VerdictMemory memory = new VerdictMemory(1_000, evictions);
    Verdict[] verdicts = {
      Verdict.CLEAN,
      new Verdict.Infected("A"),
      new Verdict.Infected("B"),
      new Incomplete(Reason.SIZE_LIMIT),
      new Incomplete(Reason.OTHER_LIMIT)
    };
    ContentKey[] keys = new ContentKey[verdicts.length];
    for (int i = 0; i < verdicts.length; i++) {
      keys[i] = key();
      memory.put(new StoredVerdict(i, keys[i], verdicts[i], Long.MAX_VALUE - i, NOW));
    }
    for (int i = 0; i < verdicts.length; i++) {
      assertEquals(
          new VerdictMemory.Kept(verdicts[i], Long.MAX_VALUE - i, NOW.getEpochSecond()),
          memory.find(i, keys[i]));
    }
  }

  @Test
  void everyPartOfTheKeyCounts() {
    VerdictMemory memory = new VerdictMemory(1_000, evictions);
    ContentHash hash = key().hash();
    ContentKey key = new ContentKey(hash, 5);
    memory.put(new StoredVerdict(1, key, Verdict.CLEAN, 1, NOW));

    assertNotNull(memory.find(1, key));
    assertNull(memory.find(2, key));
    assertNull(memory.find(1, new ContentKey(hash, 6)));
    for (int word = 0; word < 4; word++) {
      ContentHash other =
          new ContentHash(
              hash.word0() ^ (word == 0 ? 1 : 0),
              hash.word1() ^ (word == 1 ? 1 : 0),
              hash.word2() ^ (word == 2 ? 1 : 0),
              hash.word3() ^ (word == 3 ? 1 : 0));
      assertNull(memory.find(1, new ContentKey(other, 5)));
    }
  }

  @Test
  void aNewVerdictReplacesTheOldOneAndAForgottenOneIsGone() {
    VerdictMemory memory = new VerdictMemory(1_000, evictions);
    ContentKey key = key();
    memory.put(new StoredVerdict(1, key, Verdict.CLEAN, 1, NOW));
    memory.put(new StoredVerdict(1, key, new Verdict.Infected("A"), 2, NOW));

    VerdictMemory.Kept kept = memory.find(1, key);
    assertNotNull(kept);
    assertEquals(2, kept.epoch());
    assertEquals(1, memory.size());
    memory.forget(1, key);
    assertNull(memory.find(1, key));
    assertEquals(0, memory.size());
  }

  @Test
  void itHoldsWhatItShouldAndNotMore() {
    VerdictMemory memory = new VerdictMemory(10_000, evictions);
    ContentKey[] keys = new ContentKey[8_000];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = key();
      memory.put(new StoredVerdict(1, keys[i], Verdict.CLEAN, 1, NOW));
    }
    int found = 0;
    for (ContentKey key : keys) {
      found += memory.find(1, key) != null ? 1 : 0;
    }
    assertTrue(found > 7_800, found + " of 8000");
    for (int i = 0; i < 50_000; i++) {
      memory.put(new StoredVerdict(1, key(), Verdict.CLEAN, 1, NOW));
    }
    assertTrue(memory.size() <= 10_000, memory.size() + " (expected: at most 10000)");
    assertEquals(58_000, memory.size() + evictions.total());
  }

  @Test
  void aVerdictWithoutACodeIsNotKept() {
    VerdictMemory memory = new VerdictMemory(200_000, evictions);
    for (int i = 0; i < 50_000; i++) {
      memory.put(new StoredVerdict(1, key(), new Verdict.Infected("T" + i), 1, NOW));
    }
    ContentKey key = key();
    memory.put(new StoredVerdict(1, key, Verdict.CLEAN, 1, NOW));
    memory.put(new StoredVerdict(1, key, new Verdict.Infected("one too many"), 2, NOW));
    assertNull(memory.find(1, key));
  }

  private ContentKey key() {
    return new ContentKey(
        new ContentHash(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong()),
        random.nextInt(1 << 20));
  }
}
