// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.Lane;
import io.lazaret.protocol.tls.TlsIdentity;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What a guest's flood of never seen files does to the executes of others: of a guest of its own
 * tenant and of one of another, each with and without the flood, in turns in one run.
 */
@Command(
    name = "fairness",
    description = {
      "Measures quiet guests' executes while another guest floods the appliance.",
      "Wants three tokens: of the flooder, of a guest of its tenant, of one of another tenant."
    })
final class Fairness implements Callable<Integer> {
  private static final long FLOOD_COMES_MILLIS = 1_000;

  @Mixin private ApplianceOptions options = new ApplianceOptions();

  @Option(names = "--flood", defaultValue = "10000", description = "Files of one flood.")
  private int flood;

  @Option(names = "--flood-lane", defaultValue = "OPEN", description = "${COMPLETION-CANDIDATES}.")
  private Lane floodLane = Lane.OPEN;

  @Option(names = "--lane", defaultValue = "EXECUTE", description = "The quiet guests' lane.")
  private Lane lane = Lane.EXECUTE;

  @Option(names = "--window", defaultValue = "1024", description = "The flooder's asks in flight.")
  private int window;

  @Option(names = "--files", defaultValue = "100", description = "Executes of each measurement.")
  private int files;

  @Option(names = "--rounds", defaultValue = "3", description = "Floods.")
  private int rounds;

  @Option(
      names = "--scans-at-once",
      defaultValue = "2",
      description = "What the appliance's engine.threads is.")
  private int scansAtOnce;

  private int used;

  @Override
  public Integer call() throws Exception {
    Contents contents =
        Contents.texts(rounds * (flood + 4 * files) + 2 * files, options.size, options.seed);
    contents.hashAll();
    List<TlsIdentity> identities = SwarmEnrolment.all(options.tokens, 3, options.appliance);
    try (Dialler dialler = new Dialler(3)) {
      SimulatedGuest flooder = guest(dialler, identities.get(0), contents, floodLane);
      SimulatedGuest neighbour = guest(dialler, identities.get(1), contents, lane);
      SimulatedGuest stranger = guest(dialler, identities.get(2), contents, lane);
      Durations[] alone = {new Durations(), new Durations()};
      Durations[] flooded = {new Durations(), new Durations()};
      ask(neighbour, new Durations()); // warms both sides up
      ask(stranger, new Durations());
      long floodNanos = 0;
      long floodAnswers = 0;
      long busy = 0;
      for (int round = 0; round < rounds; round++) {
        ask(neighbour, alone[0]);
        ask(stranger, alone[1]);
        AtomicBoolean stop = new AtomicBoolean();
        long start = System.nanoTime();
        CompletableFuture<Tally> flooding =
            flooder.run(Workload.unless(stop::get, next(flood), window, 8));
        TimeUnit.MILLISECONDS.sleep(FLOOD_COMES_MILLIS);
        ask(neighbour, flooded[0]);
        ask(stranger, flooded[1]);
        boolean lasted = !flooding.isDone();
        stop.set(true);
        Tally tally = flooding.get();
        floodNanos += System.nanoTime() - start;
        floodAnswers += tally.count("clean_scan");
        busy += tally.count("busy");
        if (!lasted) {
          throw new IllegalStateException("flood: over too early (expected: more --flood)");
        }
      }
      double scan = (double) scansAtOnce * floodNanos / Math.max(1, floodAnswers);
      System.out.println(line("same_tenant", alone[0], flooded[0], scan));
      System.out.println(line("other_tenant", alone[1], flooded[1], scan));
      System.out.println(
          String.format(
              Locale.ROOT,
              "{\"flood_scans\":%d,\"flood_busy\":%d,\"flood_scan_ns\":%.0f}",
              floodAnswers,
              busy,
              scan));
      List.of(flooder, neighbour, stranger).forEach(SimulatedGuest::close);
    }
    return 0;
  }

  private SimulatedGuest guest(
      Dialler dialler, TlsIdentity identity, Contents contents, Lane itsLane) throws Exception {
    return dialler.guest(identity, options.appliance, contents, itsLane).opened().get();
  }

  /** One file after the other. */
  private void ask(SimulatedGuest guest, Durations durations) throws Exception {
    Tally tally = guest.run(Workload.each(next(files), 1, 1)).get();
    if (tally.count("clean_scan") != files || tally.count("busy") > 0) {
      throw new IllegalStateException(
          "quiet guest: "
              + tally.toJson(1)
              + " (expected: "
              + files
              + " clean scans, none refused)");
    }
    durations.addAll(tally.durations());
  }

  private int[] next(int count) {
    used += count;
    return IntStream.range(used - count, used).toArray();
  }

  private static String line(String who, Durations alone, Durations flooded, double scan) {
    long[] before = alone.sorted();
    long[] during = flooded.sorted();
    double delay = Durations.percentile(during, 99) - Durations.percentile(before, 99);
    return String.format(
        Locale.ROOT,
        "{\"quiet_guest\":\"%s\",\"executes\":%d,\"alone_p50_ns\":%d,\"alone_p99_ns\":%d,"
            + "\"flooded_p50_ns\":%d,\"flooded_p99_ns\":%d,\"delay_p50_scans\":%.2f,"
            + "\"delay_p99_scans\":%.2f}",
        who,
        during.length,
        Durations.percentile(before, 50),
        Durations.percentile(before, 99),
        Durations.percentile(during, 50),
        Durations.percentile(during, 99),
        (Durations.percentile(during, 50) - Durations.percentile(before, 50)) / scan,
        delay / scan);
  }
}
