// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Files opened and closed by open(2) and close(2) on platform threads: what each pair came to. */
final class OpenRun {
  /** What a thread does after each open; false ends its part of the run. */
  interface Between {
    boolean goOn();
  }

  private static final int NOT_TRIED = -1;
  private static final int WARM_UP = 40_000;

  private final long[] nanos;
  private final int[] results;
  private final long elapsedNanos;

  private OpenRun(long[] nanos, int[] results, long elapsedNanos) {
    this.nanos = nanos;
    this.results = results;
    this.elapsedNanos = elapsedNanos;
  }

  /** How long each pair that was tried took. */
  long[] nanos() {
    return nanos;
  }

  /** 0 or an errno of each. */
  int[] results() {
    return results;
  }

  /** From the first thread's start to the last one's end. */
  long elapsedNanos() {
    return elapsedNanos;
  }

  /** Opens each file so many times, the threads taking turns. */
  static OpenRun of(List<Path> paths, int threads, int passes, Between between)
      throws InterruptedException, ExecutionException {
    int total = Math.multiplyExact(paths.size(), passes);
    long[] nanos = new long[total];
    int[] results = new int[total];
    Arrays.fill(results, NOT_TRIED);
    try (Arena arena = Arena.ofShared();
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      MemorySegment[] names = new MemorySegment[paths.size()];
      for (int i = 0; i < names.length; i++) {
        names[i] = arena.allocateFrom(paths.get(i).toString());
      }
      long start = System.nanoTime();
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int first = thread;
        running.add(pool.submit(() -> openFrom(first, threads, between, names, nanos, results)));
      }
      for (Future<?> one : running) {
        one.get();
      }
      long elapsed = System.nanoTime() - start;
      int[] tried = IntStream.range(0, total).filter(i -> results[i] != NOT_TRIED).toArray();
      return new OpenRun(
          Arrays.stream(tried).mapToLong(i -> nanos[i]).toArray(),
          Arrays.stream(tried).map(i -> results[i]).toArray(),
          elapsed);
    }
  }

  private static void openFrom(
      int first, int step, Between between, MemorySegment[] names, long[] nanos, int[] results) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Syscalls.state(arena);
      for (int i = first; i < nanos.length; i += step) {
        long start = System.nanoTime();
        int fd = Syscalls.open(names[i % names.length], state);
        if (fd >= 0) {
          Syscalls.close(fd);
        }
        nanos[i] = System.nanoTime() - start;
        results[i] = fd >= 0 ? 0 : -fd;
        if (!between.goOn()) {
          return;
        }
      }
    }
  }

  /** Has the calls compiled, and a thread's first open behind it, before the first one counts. */
  static void warmUp(int threads) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment[] path = {arena.allocateFrom("/dev/null")};
      for (int thread = 0; thread < threads; thread++) {
        openFrom(thread, threads, () -> true, path, new long[WARM_UP], new int[WARM_UP]);
      }
    }
  }
}
