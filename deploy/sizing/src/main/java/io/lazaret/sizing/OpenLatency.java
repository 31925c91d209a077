// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Opens and closes files by open(2) and close(2) on platform threads and tells how long each pair
 * took and how many were denied.
 */
@Command(name = "open-latency", description = "Opens and closes files, prints how long it took.")
final class OpenLatency implements Callable<Integer> {
  private static final int NOT_TRIED = -1;
  private static final int WARM_UP = 40_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--dir", description = "Folder whose regular files are opened, in name order.")
  private @Nullable Path dir;

  @Parameters(arity = "0..*", paramLabel = "FILE", description = "Single files to open.")
  private List<Path> named = List.of();

  @Option(names = "--files", defaultValue = "0", description = "At most so many; 0: all.")
  private int files;

  @Option(names = "--threads", defaultValue = "1", description = "Opening threads (1-64).")
  private int threads;

  @Option(names = "--passes", defaultValue = "1", description = "Times each file is opened.")
  private int passes;

  @Option(names = "--pause-ms", defaultValue = "0", description = "Rest of a thread after an open.")
  private int pauseMillis;

  @Option(names = "--limit-ms", defaultValue = "0", description = "Count opens longer than this.")
  private int limitMillis;

  @Option(names = "--while", paramLabel = "FILE", description = "End early when FILE is gone.")
  private @Nullable Path goOn;

  @Option(names = "--json", description = "One JSON object instead of a sentence.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    check(threads >= 1 && threads <= 64, "--threads: " + threads + " (expected: 1-64)");
    check(passes >= 1, "--passes: " + passes + " (expected: >= 1)");
    check(pauseMillis >= 0, "--pause-ms: " + pauseMillis + " (expected: >= 0)");
    List<Path> paths = paths();
    check(!paths.isEmpty(), "no file to open (expected: --dir with files in it, or FILE)");
    OpenFigures figures = measure(paths);
    println(json ? figures.toJson() : figures.toText());
    return figures.failed() == 0 ? 0 : 3;
  }

  private List<Path> paths() throws IOException {
    List<Path> paths = new ArrayList<>(named);
    if (dir != null) {
      try (Stream<Path> tree = Files.walk(dir)) {
        paths.addAll(tree.filter(Files::isRegularFile).sorted().toList());
      }
    }
    return files > 0 && files < paths.size() ? paths.subList(0, files) : paths;
  }

  private OpenFigures measure(List<Path> paths) throws InterruptedException, ExecutionException {
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
      warmUp(arena, threads, WARM_UP);
      long start = System.nanoTime();
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int first = thread;
        running.add(
            pool.submit(() -> openFrom(first, threads, pauseMillis, goOn, names, nanos, results)));
      }
      for (Future<?> one : running) {
        one.get();
      }
      long limit = limitMillis > 0 ? TimeUnit.MILLISECONDS.toNanos(limitMillis) : Long.MAX_VALUE;
      long elapsed = System.nanoTime() - start;
      int[] tried = IntStream.range(0, total).filter(i -> results[i] != NOT_TRIED).toArray();
      return OpenFigures.of(
          Arrays.stream(tried).mapToLong(i -> nanos[i]).toArray(),
          Arrays.stream(tried).map(i -> results[i]).toArray(),
          limit,
          elapsed);
    }
  }

  private static void openFrom(
      int first,
      int step,
      int pauseMillis,
      @Nullable Path goOn,
      MemorySegment[] names,
      long[] nanos,
      int[] results) {
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
        if (goOn != null && !Files.exists(goOn)) {
          return;
        }
        if (pauseMillis > 0) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
        }
      }
    }
  }

  /** Has the calls compiled, and a thread's first open behind it, before the first one counts. */
  private static void warmUp(Arena arena, int threads, int opens) {
    MemorySegment[] path = {arena.allocateFrom("/dev/null")};
    for (int thread = 0; thread < threads; thread++) {
      openFrom(thread, threads, 0, null, path, new long[opens], new int[opens]);
    }
  }

  private void println(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  private void check(boolean right, String message) {
    if (!right) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
