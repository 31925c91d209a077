// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
    OpenRun.warmUp(threads);
    OpenRun run = OpenRun.of(paths, threads, passes, this::rest);
    long limit = limitMillis > 0 ? TimeUnit.MILLISECONDS.toNanos(limitMillis) : Long.MAX_VALUE;
    return OpenFigures.of(run.nanos(), run.results(), limit, run.elapsedNanos());
  }

  private boolean rest() {
    if (goOn != null && !Files.exists(goOn)) {
      return false;
    }
    if (pauseMillis > 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
    }
    return true;
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
