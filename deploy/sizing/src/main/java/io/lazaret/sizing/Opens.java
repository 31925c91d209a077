// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What an open costs under different guards, in one run: the same files below one folder for each
 * guard, row by row, the guards in turns. {@code deploy/sizing/opens} sets the guards up.
 */
@Command(name = "opens", description = "Compares what an open costs under different guards.")
final class Opens implements Callable<Integer> {
  private static final int THREADS = 8;
  private static final int PASSES = 20;
  private static final int HEAD_START_MILLIS = 20;

  @Option(
      names = "--at",
      paramLabel = "GUARD=DIR",
      description = "A guarded folder and its guard: ${COMPLETION-CANDIDATES}.")
  private Map<OpenGuard, Path> folders = new LinkedHashMap<>();

  @Option(names = "--prepare", description = "Writes the files below DIR and does nothing else.")
  private @Nullable Path prepare;

  @Option(names = "--rounds", defaultValue = "3", description = "Times each row is measured.")
  private int rounds;

  @Option(
      names = "--clamd",
      paramLabel = "HOST:PORT",
      converter = ApplianceOptions.AddressConverter.class,
      description = "The appliance's engine, for the scan alone.")
  private InetSocketAddress clamd = new InetSocketAddress(0);

  private final OpenTable table = new OpenTable();

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    if (prepare != null) {
      for (OpenSubject subject : OpenSubject.values()) {
        subject.write(prepare, rounds);
      }
      return 0;
    }
    OpenRun.warmUp(THREADS);
    List<OpenGuard> turns = new ArrayList<>(folders.keySet());
    for (int round = 0; round < rounds; round++) {
      for (OpenTable.Row row : OpenTable.Row.values()) {
        for (int turn = 0; turn < row.turns(); turn++) {
          for (OpenGuard guard : turns) {
            measure(row, guard, round);
          }
        }
      }
      scanAlone(round);
      Collections.rotate(turns, 1);
    }
    System.out.print(Machine.line() + "\n" + table.text(List.copyOf(folders.keySet())));
    return table.failed() == 0 ? 0 : 3;
  }

  private void measure(OpenTable.Row row, OpenGuard guard, int round)
      throws IOException, InterruptedException, ExecutionException {
    Path below = folders.get(guard);
    if (below == null || (guard == OpenGuard.C_IGNORES && row != OpenTable.Row.SYSTEM)) {
      return;
    }
    List<Path> files = row.subject.in(below, round);
    switch (row) {
      case SYSTEM, USERS -> {
        var unmeasured = OpenRun.of(files, 1, 2, () -> true);
        table.check(unmeasured);
        table.add(row, guard, OpenRun.of(files, 1, PASSES, () -> true));
      }
      case KNOWN_SMALL, KNOWN_LARGE, NEW_SMALL, NEW_LARGE ->
          table.add(row, guard, OpenRun.of(files, 1, 1, () -> true));
      case MANY -> table.add(row, guard, OpenRun.of(files, THREADS, 1, () -> true));
      case BESIDE -> {
        if (guard.scans()) {
          for (Path huge : OpenSubject.HUGE.in(below, round)) {
            files = beside(huge, files, guard);
          }
        }
      }
    }
  }

  /** Opens files as long as a huge one is being scanned; returns those that are left. */
  private List<Path> beside(Path huge, List<Path> files, OpenGuard guard)
      throws InterruptedException, ExecutionException {
    CompletableFuture<OpenRun> scanning =
        CompletableFuture.supplyAsync(() -> {
          try {
            return OpenRun.of(List.of(huge), 1, 1, () -> true);
          } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
          }
        });
    TimeUnit.MILLISECONDS.sleep(HEAD_START_MILLIS);
    OpenRun small = OpenRun.of(files, 1, 1, () -> !scanning.isDone());
    // The last one ran on after the huge one's end.
    table.add(OpenTable.Row.BESIDE, guard, small);
    table.add(guard, scanning.get());
    return files.subList(small.nanos().length, files.size());
  }

  private void scanAlone(int round) throws IOException {
    for (byte[] content : OpenSubject.NEW_SMALL.others(round)) {
      table.addScan(OpenTable.Row.NEW_SMALL, Instream.scan(clamd, content));
    }
    for (byte[] content : OpenSubject.NEW_LARGE.others(round)) {
      table.addScan(OpenTable.Row.NEW_LARGE, Instream.scan(clamd, content));
    }
  }
}
