// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.LedgerLimits;
import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.metrics.Count;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Verdict;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/**
 * Measures the store with many verdicts and the memory with a million; a program, not a test:
 * {@code VerdictStoreFigures [VERDICTS]}.
 */
final class VerdictStoreFigures {
  private static final int IN_FLIGHT = 20_000;
  private static final int LOOK_UPS = 50_000;
  private static final int IN_MEMORY = 1_000_000;
  private static final int COLD_LOOK_UPS = 5_000;
  private static final int STARTS = 5;
  // Filled in so many sorted rounds: quicker than at random, and pages are split as they are there.
  private static final int ROUNDS = 8;
  private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");

  private VerdictStoreFigures() {}

  public static void main(String[] args) throws Exception {
    int verdicts = args.length > 0 ? Integer.parseInt(args[0]) : 5_000_000;
    Path directory = Files.createTempDirectory("lazaret-verdicts.");
    try (Metrics metrics = new Metrics()) {
      memory(metrics.counter(Metric.MEMORY_EVICTIONS));
      store(directory.resolve("ledger.db"), verdicts, metrics);
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void store(Path file, int verdicts, Metrics metrics) throws Exception {
    long begin = System.nanoTime();
    try (Ledger ledger = Ledger.open(file, LedgerLimits.DEFAULT, metrics)) {
      Semaphore room = new Semaphore(IN_FLIGHT);
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = round; i < verdicts; i += ROUNDS) {
          room.acquire();
          var _ =
              ledger
                  .verdicts()
                  .save(verdict(i, verdicts))
                  .whenComplete((saved, failure) -> {
                    if (failure == null) {
                      room.release(); // a failed save ends this program: it never gets all back
                    }
                  });
        }
      }
      room.acquire(IN_FLIGHT);
    }
    say("verdicts on disk", verdicts);
    say("saved per second", verdicts * 1e9 / (System.nanoTime() - begin));
    say("bytes on disk per verdict", (double) Files.size(file) / verdicts);

    long[] starts = new long[STARTS];
    for (int i = 0; i < STARTS; i++) {
      forgetPages(file);
      long start = System.nanoTime();
      Ledger ledger = Ledger.open(file, LedgerLimits.DEFAULT, metrics);
      ledger.verdicts().find(1, verdict(i, verdicts).content()).get();
      starts[i] = System.nanoTime() - start;
      ledger.close();
    }
    say("cold start and first look-up, median ms", percentile(starts, 50) / 1e6);
    forgetPages(file);
    try (Ledger ledger = Ledger.open(file, LedgerLimits.DEFAULT, metrics)) {
      lookUps(ledger, "known, cold", verdicts, true, COLD_LOOK_UPS);
      lookUps(ledger, "known", verdicts, true, LOOK_UPS);
      lookUps(ledger, "known", verdicts, true, LOOK_UPS);
      lookUps(ledger, "unknown", verdicts, false, LOOK_UPS);
    }
  }

  /** Has the system drop what it has of the file, so that the disk is asked again. */
  private static void forgetPages(Path file) throws Exception {
    Process dd =
        new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0", "status=none").start();
    if (dd.waitFor() != 0) {
      throw new IllegalStateException("dd: " + dd.exitValue() + " (expected: 0)");
    }
  }

  private static void lookUps(Ledger ledger, String what, int verdicts, boolean known, int count)
      throws Exception {
    SplittableRandom random = new SplittableRandom(count);
    long[] times = new long[count];
    for (int i = 0; i < count; i++) {
      int number = random.nextInt(verdicts);
      ContentKey content =
          (known ? verdict(number, verdicts) : verdict(~number, verdicts)).content();
      long start = System.nanoTime();
      boolean found = ledger.verdicts().find(1, content).get().isPresent();
      times[i] = System.nanoTime() - start;
      if (found != known) {
        throw new IllegalStateException(content + ": found: " + found);
      }
    }
    say("look-up of one " + what + ", p50 us", percentile(times, 50) / 1e3);
    say("look-up of one " + what + ", p99 us", percentile(times, 99) / 1e3);
  }

  private static void memory(Count evictions) {
    VerdictMemory memory = new VerdictMemory(IN_MEMORY, evictions);
    long before = heap();
    for (int i = 0; i < IN_MEMORY; i++) {
      memory.put(verdict(i, IN_MEMORY));
    }
    long used = heap() - before;
    say("verdicts in memory", (double) memory.size());
    say("bytes of heap per verdict in memory", (double) used / memory.size());
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /**
   * One in a hundred is infected, by one of 50 threats; hashes are spread evenly, in the order of
   * the numbers. A negative number is one that was not saved.
   */
  private static StoredVerdict verdict(int number, int of) {
    SplittableRandom random = new SplittableRandom(number);
    ByteBuffer hash = ByteBuffer.allocate(32);
    long step = Long.divideUnsigned(-1L, of);
    hash.putLong((number < 0 ? ~number : number) * step + random.nextLong(step));
    for (int i = 1; i < 4; i++) {
      hash.putLong(random.nextLong());
    }
    Verdict verdict =
        number % 100 == 0 ? new Verdict.Infected("Threat-" + number / 100 % 50) : Verdict.CLEAN;
    ContentKey content = new ContentKey(ContentHash.of(hash.array()), 1 + random.nextInt(1 << 20));
    return new StoredVerdict(1, content, verdict, 1, NOW);
  }

  private static long percentile(long[] times, int percent) {
    long[] sorted = times.clone();
    Arrays.sort(sorted);
    return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }

  private static void say(String what, double value) {
    System.out.println(String.format(Locale.ROOT, "%-40s %,.1f", what, value));
  }
}
