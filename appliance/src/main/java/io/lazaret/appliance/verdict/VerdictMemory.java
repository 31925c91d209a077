// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.metrics.Count;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Verdict;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts at hand: a bounded Caffeine cache of small pages, each a few packed entries whose
 * whole hash, length and domain are compared.
 *
 * <p>One Caffeine node per verdict alone would take more than the entry, so about {@value
 * #ENTRIES_PER_PAGE} share one. A page is never changed in place, except for a flag that is a hint;
 * it is replaced.
 */
final class VerdictMemory {
  private static final int ENTRIES_PER_PAGE = 4;
  private static final int ENTRIES_PER_PAGE_AT_MOST = 10;

  // An entry: four words of hash, length, epoch, and packed from the highest bit:
  // domain (20), code (18), judged at, in minutes (25), one flag.
  private static final int WORDS = 7;
  private static final int LENGTH = 4;
  private static final int EPOCH = 5;
  private static final int PACKED = 6;
  private static final long TOUCHED = 1;
  private static final int MINUTES_SHIFT = 1;
  private static final int MINUTES_BITS = 25;
  private static final int CODE_SHIFT = MINUTES_SHIFT + MINUTES_BITS;
  private static final int DOMAIN_SHIFT = CODE_SHIFT + VerdictCodes.BITS;
  private static final int HIGHEST_DOMAIN = (1 << (Long.SIZE - DOMAIN_SHIFT)) - 1;
  private static final long YEAR_2020 = Instant.parse("2020-01-01T00:00:00Z").getEpochSecond();

  private static final int THREAT_NAMES = 50_000;
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  /**
   * What is remembered of a verdict.
   *
   * @param judgedAt seconds since 1970, up to a minute early
   */
  record Kept(Verdict verdict, long epoch, long judgedAt) {}

  private final VerdictCodes codes = new VerdictCodes(THREAT_NAMES);
  private final Cache<Integer, long[]> pages;
  private final int pageShift;
  private final Count evictions;
  // Secret, so that nobody can choose contents that all fall into one page.
  private final long salt = ThreadLocalRandom.current().nextLong() | 1;

  /**
   * @param evictions counts the verdicts that had to go for others
   */
  VerdictMemory(int entries, Count evictions) {
    this.evictions = evictions;
    int pageBits = Math.max(1, 32 - Integer.numberOfLeadingZeros((entries - 1) / ENTRIES_PER_PAGE));
    this.pageShift = Long.SIZE - pageBits;
    this.pages =
        Caffeine.newBuilder()
            .maximumWeight(entries)
            .weigher((Integer page, long[] words) -> words.length / WORDS)
            .evictionListener(
                (@Nullable Integer page, long @Nullable [] words, RemovalCause cause) ->
                    evictions.add(words == null ? 0 : words.length / WORDS))
            .executor(Runnable::run)
            .build();
  }

  /** Looks one up. */
  @Nullable Kept find(int domain, ContentKey content) {
    long[] page = pages.getIfPresent(pageOf(content.hash()));
    if (page == null) {
      return null;
    }
    int at = indexOf(page, domain, content);
    if (at < 0) {
      return null;
    }
    long packed = (long) WORD.getOpaque(page, at + PACKED);
    if ((packed & TOUCHED) == 0) {
      WORD.setOpaque(page, at + PACKED, packed | TOUCHED);
    }
    return new Kept(
        codes.verdictOf((int) (packed >>> CODE_SHIFT) & ((1 << VerdictCodes.BITS) - 1)),
        page[at + EPOCH],
        YEAR_2020 + 60 * (packed >>> MINUTES_SHIFT & ((1L << MINUTES_BITS) - 1)));
  }

  /** Remembers one, replacing an older one of the same content. */
  void put(StoredVerdict verdict) {
    int code = codes.codeOf(verdict.verdict());
    if (code == VerdictCodes.NONE || verdict.domain() < 0 || verdict.domain() > HIGHEST_DOMAIN) {
      forget(verdict.domain(), verdict.content()); // answered from the store, which has no limits
      return;
    }
    long minutes = (verdict.judgedAt().getEpochSecond() - YEAR_2020) / 60;
    ContentHash hash = verdict.content().hash();
    long[] entry = {
      hash.word0(),
      hash.word1(),
      hash.word2(),
      hash.word3(),
      verdict.content().length(),
      verdict.epoch(),
      (long) verdict.domain() << DOMAIN_SHIFT
          | (long) code << CODE_SHIFT
          | Math.clamp(minutes, 0, (1L << MINUTES_BITS) - 1) << MINUTES_SHIFT
    };
    pages
        .asMap()
        .compute(
            pageOf(hash),
            (number, page) ->
                page == null ? entry : with(page, entry, verdict.domain(), verdict.content()));
  }

  /** Forgets one. */
  void forget(int domain, ContentKey content) {
    pages
        .asMap()
        .computeIfPresent(
            pageOf(content.hash()),
            (number, page) -> {
              int at = indexOf(page, domain, content);
              if (at < 0) {
                return page;
              }
              return page.length == WORDS ? null : without(page, at);
            });
  }

  /** How many are remembered, about. */
  long size() {
    pages.cleanUp();
    return pages.policy().eviction().orElseThrow().weightedSize().orElse(0);
  }

  private long[] with(long[] page, long[] entry, int domain, ContentKey content) {
    int at = indexOf(page, domain, content);
    if (at < 0 && page.length == ENTRIES_PER_PAGE_AT_MOST * WORDS) {
      at = firstUntouched(page);
      evictions.increment();
    }
    long[] next;
    if (at < 0) {
      next = new long[page.length + WORDS];
      System.arraycopy(page, 0, next, 0, page.length);
      at = page.length;
    } else {
      next = page.clone();
    }
    System.arraycopy(entry, 0, next, at, WORDS);
    return next;
  }

  /** The oldest entry that was not used since the page was last full; if all were, the oldest. */
  private static int firstUntouched(long[] page) {
    for (int at = 0; at < page.length; at += WORDS) {
      if (((long) WORD.getOpaque(page, at + PACKED) & TOUCHED) == 0) {
        return at;
      }
    }
    for (int at = 0; at < page.length; at += WORDS) {
      WORD.setOpaque(page, at + PACKED, (long) WORD.getOpaque(page, at + PACKED) & ~TOUCHED);
    }
    return 0;
  }

  private static long[] without(long[] page, int at) {
    long[] next = new long[page.length - WORDS];
    System.arraycopy(page, 0, next, 0, at);
    System.arraycopy(page, at + WORDS, next, at, next.length - at);
    return next;
  }

  private static int indexOf(long[] page, int domain, ContentKey content) {
    for (int at = 0; at < page.length; at += WORDS) {
      if (isAbout(page, at, content.hash())
          && page[at + LENGTH] == content.length()
          && (long) WORD.getOpaque(page, at + PACKED) >>> DOMAIN_SHIFT == domain) {
        return at;
      }
    }
    return -1;
  }

  private static boolean isAbout(long[] page, int at, ContentHash hash) {
    return page[at] == hash.word0()
        && page[at + 1] == hash.word1()
        && page[at + 2] == hash.word2()
        && page[at + 3] == hash.word3();
  }

  private Integer pageOf(ContentHash hash) {
    long mixed = (hash.word0() ^ salt) * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ mixed >>> 32 ^ hash.word1()) * salt;
    return (int) ((mixed ^ mixed << 29) >>> pageShift);
  }
}
