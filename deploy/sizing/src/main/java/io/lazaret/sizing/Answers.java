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

  @Option(names = "--repeat", defaultValue = "3", description = "Times everything is measured.")
  private int repeat;

  @Override
  public Integer call() throws Exception {
    Contents contents = Contents.texts(files, options.size, options.seed);
    contents.hashAll();
    List<TlsIdentity> identities =
        SwarmEnrolment.all(options.tokens, options.guests, options.appliance);
    try (Dialler dialler = new Dialler(options.threads)) {
      for (int i = 0; i < repeat; i++) {
        Singles singles = oneByOne(dialler, identities.getFirst(), contents);
        Throughput batches = inBatches(dialler, identities, contents);
        System.out.println(line(batches, singles));
      }
    }
    return 0;
  }

  private static String line(Throughput throughput, Singles singles) {
    long[] batches = throughput.batches.sorted();
    long[] asks = singles.asks.sorted();
    long[] echoes = singles.echoes.sorted();
    return String.format(
        Locale.ROOT,
        "{\"answers_per_second\":%.0f,\"batch_p50_ns\":%d,\"batch_p99_ns\":%d,"
            + "\"ask_p50_ns\":%d,\"ask_p99_ns\":%d,\"echo_p50_ns\":%d,\"echo_p99_ns\":%d,"
            + "\"ask_to_echo_p50\":%.2f}",
        throughput.perSecond,
        Durations.percentile(batches, 50),
        Durations.percentile(batches, 99),
        Durations.percentile(asks, 50),
        Durations.percentile(asks, 99),
        Durations.percentile(echoes, 50),
        Durations.percentile(echoes, 99),
        (double) Durations.percentile(asks, 50) / Math.max(1, Durations.percentile(echoes, 50)));
  }

  private record Singles(Durations asks, Durations echoes) {}

  /** Asks and echoes in turns, so that both meet the same machine. */
  private Singles oneByOne(Dialler dialler, TlsIdentity identity, Contents contents)
      throws Exception {
    SimulatedGuest guest =
        dialler.guest(identity, options.appliance, contents, Lane.OPEN).opened().get();
    try {
      int[] all = IntStream.range(0, files).toArray();
      guest.run(Workload.each(all, Math.min(window, 64), Math.min(batch, 8))).get();
      Durations asks = new Durations();
      Durations echoes = new Durations();
      int turns = 4;
      int[] single = IntStream.range(0, Math.max(1, rounds / turns)).map(i -> i % files).toArray();
      for (int turn = 0; turn < turns; turn++) {
        asks.addAll(guest.run(Workload.each(single, 1, 1)).get().durations());
        echoes.addAll(TlsEcho.measure(dialler, identity, ECHO_BYTES, single.length));
      }
      return new Singles(asks, echoes);
    } finally {
      guest.close();
    }
  }

  private record Throughput(double perSecond, Durations batches) {}

  private Throughput inBatches(Dialler dialler, List<TlsIdentity> identities, Contents contents)
      throws Exception {
    List<BatchGuest> guests = new ArrayList<>();
    for (TlsIdentity identity : identities) {
      BatchGuest guest = new BatchGuest(contents, Math.max(1, window / batch), batch);
      dialler.session(identity, options.appliance, guest, guest.opened());
      guests.add(guest.opened().get());
    }
    long start = System.nanoTime();
    long end = start + TimeUnit.SECONDS.toNanos(seconds);
    List<CompletableFuture<Durations>> running =
        guests.stream().map(guest -> guest.run(end)).toList();
    Durations durations = new Durations();
    for (CompletableFuture<Durations> one : running) {
      durations.addAll(one.get());
    }
    long nanos = System.nanoTime() - start;
    long answers = guests.stream().mapToLong(BatchGuest::answers).sum();
    guests.forEach(BatchGuest::close);
    return new Throughput(answers * 1e9 / nanos, durations);
  }
}
