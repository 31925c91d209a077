// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.Lane;
import io.lazaret.protocol.tls.TlsIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What the appliance's memory gives: answers per second in batches, and the round trip of a single
 * ask beside that of a bare TLS echo in the same run.
 */
@Command(name = "answers", description = "Measures answers from the appliance's memory.")
final class Answers implements Callable<Integer> {
  private static final int ECHO_BYTES = 100;

  @Mixin private ApplianceOptions options = new ApplianceOptions();

  @Option(names = "--files", defaultValue = "256", description = "Known contents.")
  private int files;

  @Option(names = "--batch", defaultValue = "64", description = "Asks in one frame.")
  private int batch;

  @Option(names = "--window", defaultValue = "512", description = "Most asks of a guest in flight.")
  private int window;

  @Option(names = "--seconds", defaultValue = "5", description = "How long to ask in batches.")
  private int seconds;

  @Option(names = "--rounds", defaultValue = "20000", description = "Single asks and echoes.")
  private int rounds;

  @Override
  public Integer call() throws Exception {
    Contents contents = new Contents(files, options.size, options.seed);
    IntStream.range(0, files).forEach(contents::key);
    List<TlsIdentity> identities =
        SwarmEnrolment.all(options.tokens, options.guests, options.appliance);
    try (Dialler dialler = new Dialler(options.threads)) {
      List<SimulatedGuest> guests = new ArrayList<>();
      for (TlsIdentity identity : identities) {
        guests.add(dialler.guest(identity, options.appliance, contents, Lane.OPEN).opened().get());
      }
      int[] all = IntStream.range(0, files).toArray();
      guests.getFirst().run(Workload.each(all, Math.min(window, 64), Math.min(batch, 8))).get();
      Durations echo = TlsEcho.measure(dialler, identities.getFirst(), ECHO_BYTES, rounds);
      int[] single = IntStream.range(0, rounds).map(i -> i % files).toArray();
      long start = System.nanoTime();
      Tally asked = guests.getFirst().run(Workload.each(single, 1, 1)).get();
      String singles = asked.toJson(System.nanoTime() - start);
      Throughput batches = inBatches(guests);
      System.out.println(
          String.format(
              Locale.ROOT,
              "{\"batches\":%s,\"single\":%s,\"echo_p50_ns\":%d,\"echo_p99_ns\":%d}",
              batches.tally.toJson(batches.nanos),
              singles,
              Durations.percentile(echo.sorted(), 50),
              Durations.percentile(echo.sorted(), 99)));
      guests.forEach(SimulatedGuest::close);
      return batches.tally.count("refused") == 0 ? 0 : 3;
    }
  }

  private record Throughput(Tally tally, long nanos) {}

  private Throughput inBatches(List<SimulatedGuest> guests) throws Exception {
    long start = System.nanoTime();
    long end = start + TimeUnit.SECONDS.toNanos(seconds);
    List<CompletableFuture<Tally>> running = new ArrayList<>();
    for (SimulatedGuest guest : guests) {
      running.add(guest.run(Workload.until(end, files, window, batch)));
    }
    Tally total = new Tally();
    for (CompletableFuture<Tally> one : running) {
      total.add(one.get());
    }
    return new Throughput(total, System.nanoTime() - start);
  }
}
