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
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Many guests that each upload a large content of their own at once. */
@Command(
    name = "big-uploads",
    description = "Guests upload large contents at once; shows the appliance's heap meanwhile.")
final class BigUploads implements Callable<Integer> {
  @Mixin private OwnApplianceOptions options = new OwnApplianceOptions();

  @Option(names = "--guests", defaultValue = "200", description = "How many.")
  private int count;

  @Option(names = "--bytes", defaultValue = "104857600", description = "Length of each content.")
  private int bytes;

  @Option(names = "--staging", defaultValue = "4 GiB", description = "The appliance's setting.")
  private String staging = "4 GiB";

  @Option(names = "--seconds", defaultValue = "300", description = "Longest time.")
  private int seconds;

  @Override
  public Integer call() throws Exception {
    GeneratedFiles files = new GeneratedFiles(0, count, bytes, 1);
    List<String> settings =
        List.of("staging.bytes = " + staging, "sessions.connections-per-address = " + (count + 10));
    Map<String, LongAdder> outcomes = LoadGuest.noOutcomes();
    try (OwnAppliance appliance = OwnAppliance.start(options, settings);
        Dialler dialler = new Dialler(2)) {
      List<LoadGuest> guests = new ArrayList<>();
      for (TlsIdentity identity : appliance.enrol(count)) {
        LoadGuest guest = new LoadGuest(files, 1, outcomes);
        dialler.session(identity, appliance.guests(), guest, guest.opened());
        guest.opened().get(60, TimeUnit.SECONDS);
        guests.add(guest);
      }
      long start = System.nanoTime();
      List<CompletableFuture<LoadGuest>> running = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        running.add(guests.get(i).ask(List.of(i)));
      }
      CompletableFuture<Void> all =
          CompletableFuture.allOf(running.toArray(CompletableFuture[]::new));
      long mostHeap = 0;
      long mostStaged = 0;
      while (!ended(all) && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(seconds)) {
        mostHeap =
            Math.max(mostHeap, (long) appliance.metric("jvm_memory_used_bytes", "area=\"heap\""));
        mostStaged = Math.max(mostStaged, (long) appliance.metric("lazaret_staging_bytes", ""));
      }
      long lasted = System.nanoTime() - start;
      boolean broken = all.isCompletedExceptionally();
      Figures figures =
          new Figures()
              .note("machine", Machine.line())
              .note("guests", count)
              .note("bytes_each", bytes)
              .note("heap_limit", options.heap())
              .note("heap_most_bytes", mostHeap)
              .note("heap_after_bytes", appliance.heapAfterCollection())
              .note("staged_most_bytes", mostStaged)
              .note("seconds", lasted / 1_000_000_000L)
              .note(
                  "received_mb_per_second",
                  (long) appliance.metric("lazaret_content_received_bytes_total", "")
                      / Math.max(1, lasted / 1_000));
      outcomes.forEach((name, many) -> figures.note("answers_" + name, many.sum()));
      figures.note("connections_broken", running.stream().filter(BigUploads::isBroken).count());
      options.print(figures);
      guests.forEach(LoadGuest::close);
      return broken || outcomes.keySet().stream().anyMatch(name -> name.startsWith("refused"))
          ? 3
          : 0;
    }
  }

  private static boolean isBroken(CompletableFuture<LoadGuest> guest) {
    return guest.isCompletedExceptionally();
  }

  private static boolean ended(CompletableFuture<Void> all) throws Exception {
    try {
      all.exceptionally(failure -> null).get(500, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false; // and is asked again
    }
  }
}
