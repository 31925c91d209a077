// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.tls.TlsIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The boot storm: guests that want the verdicts of the same never-seen files at once. */
@Command(name = "storm", description = "Guests ask about the same never-seen files at once.")
final class Storm implements Callable<Integer> {
  @Mixin private OwnApplianceOptions options = new OwnApplianceOptions();

  @Option(names = "--guests", defaultValue = "50", description = "How many.")
  private int count;

  @Option(names = "--files", defaultValue = "500", description = "Files that all of them have.")
  private int fileCount;

  @Option(names = "--size", defaultValue = "10240", description = "Bytes of each.")
  private int size;

  @Option(names = "--rounds", defaultValue = "5", description = "Storms; the median is shown.")
  private int rounds;

  @Override
  public Integer call() throws Exception {
    List<String> settings = List.of("sessions.connections-per-address = " + (count + 10));
    Map<String, LongAdder> outcomes = LoadGuest.noOutcomes();
    List<Long> times = new ArrayList<>();
    try (OwnAppliance appliance = OwnAppliance.start(options, settings);
        Dialler dialler = new Dialler(1)) {
      List<TlsIdentity> identities = appliance.enrol(count);
      for (int round = 0; round < rounds; round++) {
        times.add(storm(appliance, dialler, identities, round, outcomes));
      }
      times.sort(null);
      long uploads = (long) appliance.metric("lazaret_uploads_total", "complete");
      long scans = (long) appliance.metric("lazaret_scans_total", "");
      Figures figures =
          new Figures()
              .note("machine", Machine.line())
              .note("guests", count)
              .note("files", fileCount)
              .note("rounds", rounds)
              .note("uploads_per_round", (double) uploads / rounds)
              .note("scans_per_round", (double) scans / rounds)
              .note("median_ms", times.get(rounds / 2) / 1_000_000)
              .note("shortest_ms", times.getFirst() / 1_000_000)
              .note("longest_ms", times.getLast() / 1_000_000)
              .note(
                  "answers_per_second",
                  (long) count * fileCount * 1_000_000_000L / times.get(rounds / 2));
      outcomes.forEach((name, many) -> figures.note("answers_" + name, many.sum()));
      options.print(figures);
      long expected = (long) fileCount * rounds;
      return uploads == expected && scans == expected ? 0 : 3;
    }
  }

  private long storm(
      OwnAppliance appliance,
      Dialler dialler,
      List<TlsIdentity> identities,
      int round,
      Map<String, LongAdder> outcomes)
      throws Exception {
    GeneratedFiles files = new GeneratedFiles(round * fileCount, fileCount, size, 1);
    List<Integer> all = IntStream.range(0, fileCount).boxed().toList();
    List<LoadGuest> guests = new ArrayList<>();
    for (TlsIdentity identity : identities) {
      LoadGuest guest = new LoadGuest(files, 64, outcomes);
      dialler.session(identity, appliance.guests(), guest, guest.opened());
      guest.opened().get(60, TimeUnit.SECONDS);
      guests.add(guest);
    }
    long start = System.nanoTime();
    List<CompletableFuture<LoadGuest>> running =
        guests.stream().map(guest -> guest.ask(all)).toList();
    for (CompletableFuture<LoadGuest> one : running) {
      one.get(300, TimeUnit.SECONDS);
    }
    long time = System.nanoTime() - start;
    guests.forEach(LoadGuest::close);
    while (appliance.metric("lazaret_sessions", "") != 0) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return time;
  }
}
