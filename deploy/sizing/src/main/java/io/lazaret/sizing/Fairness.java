// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.Lane;
import io.lazaret.protocol.tls.TlsIdentity;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
 * tenant and of one of another, each with and without the flood, in turns in one run. As a control,
 * the same without a flood on a machine that as many processes keep busy as scans run at once: what
 * that does to them is the machine's part. How many scans of others began while theirs waited is
 * the appliance's part: that it counts itself.
 */
@Command(
    name = "fairness",
    description = {
      "Measures quiet guests' executes while another guest floods the appliance.",
      "Wants three tokens: of the flooder, of a guest of its tenant, of one of another tenant."
    })
final class Fairness implements Callable<Integer> {
  private static final long FLOOD_COMES_MILLIS = 1_000;
  private static final int LONGEST_BUSY_SECONDS = 120;

  @Mixin private ApplianceOptions options = new ApplianceOptions();

  @Option(
      names = "--admin",
      defaultValue = "127.0.0.1:7311",
      paramLabel = "HOST:PORT",
      converter = ApplianceOptions.AddressConverter.class,
      description = "Where the appliance shows its metrics.")
  private InetSocketAddress admin = new InetSocketAddress(0);

  @Option(names = "--flood", defaultValue = "10000", description = "Files of one flood.")
  private int flood;

  @Option(names = "--flood-lane", defaultValue = "OPEN", description = "${COMPLETION-CANDIDATES}.")
  private Lane floodLane = Lane.OPEN;

  @Option(names = "--lane", defaultValue = "EXECUTE", description = "The quiet guests' lane.")
  private Lane lane = Lane.EXECUTE;

  @Option(names = "--window", defaultValue = "1024", description = "The flooder's asks in flight.")
  private int window;

  @Option(
      names = "--impatient",
      description = "The flooder asks for more at once when it is told Busy.")
  private boolean impatient;

  @Option(names = "--files", defaultValue = "60", description = "Executes of each measurement.")
  private int files;

  @Option(names = "--rounds", defaultValue = "10", description = "Floods.")
  private int rounds;

  @Option(names = "--warm-up", defaultValue = "3000", description = "Files before, not counted.")
  private int warmUp;

  @Option(
      names = "--scans-at-once",
      defaultValue = "2",
      description = "What the appliance's engine.threads is.")
  private int scansAtOnce;

  private int used;

  /** What one quiet guest saw under one condition. */
  private static final class Seen {
    private final Durations all = new Durations();
    private final Durations untilWanted = new Durations();

    void add(Tally tally) {
      all.addAll(tally.durations());
      untilWanted.addAll(tally.untilWanted());
    }

    double millis(int percent) {
      return Durations.percentile(all.sorted(), percent) / 1e6;
    }

    double wantedMillis(int percent) {
      return Durations.percentile(untilWanted.sorted(), percent) / 1e6;
    }
  }

  /** One quiet guest and what it saw. */
  private record Quiet(String name, SimulatedGuest guest, Seen alone, Seen busy, Seen flooded) {
    Quiet(String name, SimulatedGuest guest) {
      this(name, guest, new Seen(), new Seen(), new Seen());
    }
  }

  @Override
  public Integer call() throws Exception {
    Contents contents =
        Contents.texts(
            warmUp + rounds * (flood + 6 * files) + 2 * files, options.size, options.seed);
    contents.hashAll();
    List<TlsIdentity> identities = SwarmEnrolment.all(options.tokens, 3, options.appliance);
    try (Dialler dialler = new Dialler(3)) {
      SimulatedGuest flooder = guest(dialler, identities.get(0), contents, floodLane);
      List<Quiet> quiet =
          List.of(
              new Quiet("same_tenant", guest(dialler, identities.get(1), contents, lane)),
              new Quiet("other_tenant", guest(dialler, identities.get(2), contents, lane)));
      flooder.run(Workload.each(next(warmUp), 16, 1)).get();
      for (Quiet one : quiet) {
        ask(one.guest(), new Seen());
      }
      long floodNanos = 0;
      long floodAnswers = 0;
      long busy = 0;
      QueueTurns turns = QueueTurns.ZERO;
      for (int round = 0; round < rounds; round++) {
        for (Quiet one : quiet) {
          ask(one.guest(), one.alone());
        }
        onBusyMachine(quiet);
        AtomicBoolean stop = new AtomicBoolean();
        long start = System.nanoTime();
        Workload opens = Workload.unless(stop::get, next(flood), window, 8);
        CompletableFuture<Tally> flooding = flooder.run(impatient ? opens.impatient() : opens);
        TimeUnit.MILLISECONDS.sleep(FLOOD_COMES_MILLIS);
        QueueTurns before = QueueTurns.read(admin, lane.name());
        for (Quiet one : quiet) {
          ask(one.guest(), one.flooded());
        }
        turns = turns.plus(QueueTurns.read(admin, lane.name()).minus(before));
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
      double scanMillis = scansAtOnce * floodNanos / 1e6 / Math.max(1, floodAnswers);
      quiet.forEach(one -> System.out.println(line(one, scanMillis)));
      System.out.println(
          String.format(
              Locale.ROOT,
              "{\"flood_scans\":%d,\"flood_busy\":%d,\"flood_scan_ms\":%.2f,\"bound_scans\":%d,"
                  + "\"lane_overtaken\":%s}",
              floodAnswers,
              busy,
              scanMillis,
              scansAtOnce + 1,
              turns.toJson()));
      flooder.close();
      quiet.forEach(one -> one.guest().close());
    }
    return 0;
  }

  /** Without a flood, beside as many busy processes as scans run at once, as polite as clamd is. */
  private void onBusyMachine(List<Quiet> quiet) throws Exception {
    List<Process> spinning = new ArrayList<>();
    try {
      for (int i = 0; i < scansAtOnce; i++) {
        spinning.add(
            new ProcessBuilder(
                    "nice",
                    "-n",
                    "5",
                    "timeout",
                    "-s",
                    "KILL",
                    Integer.toString(LONGEST_BUSY_SECONDS),
                    "sh",
                    "-c",
                    "while :; do :; done")
                .start());
      }
      for (Quiet one : quiet) {
        ask(one.guest(), one.busy());
      }
    } finally {
      for (Process one : spinning) {
        one.descendants().forEach(ProcessHandle::destroyForcibly);
        one.destroyForcibly().waitFor();
      }
    }
  }

  private SimulatedGuest guest(
      Dialler dialler, TlsIdentity identity, Contents contents, Lane itsLane) throws Exception {
    return dialler.guest(identity, options.appliance, contents, itsLane).opened().get();
  }

  /** One file after the other. */
  private void ask(SimulatedGuest guest, Seen seen) throws Exception {
    Tally tally = guest.run(Workload.each(next(files), 1, 1)).get();
    if (tally.count("clean_scan") != files || tally.count("busy") > 0) {
      throw new IllegalStateException(
          "quiet guest: "
              + tally.toJson(1)
              + " (expected: "
              + files
              + " clean scans, none refused)");
    }
    seen.add(tally);
  }

  private int[] next(int count) {
    used += count;
    return IntStream.range(used - count, used).toArray();
  }

  private static String line(Quiet one, double scanMillis) {
    Map<String, Seen> conditions = new LinkedHashMap<>();
    conditions.put("alone", one.alone());
    conditions.put("busy_machine", one.busy());
    conditions.put("flooded", one.flooded());
    StringBuilder line = new StringBuilder("{\"quiet_guest\":\"" + one.name() + "\"");
    conditions.forEach((name, seen) ->
        line.append(
            String.format(
                Locale.ROOT,
                ",\"%s\":{\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"content_wanted_p99_ms\":%.2f}",
                name,
                seen.millis(50),
                seen.millis(99),
                seen.wantedMillis(99))));
    for (int percent : new int[] {50, 99}) {
      line.append(
          String.format(
              Locale.ROOT,
              ",\"delay_p%d_scans\":%.2f",
              percent,
              (one.flooded().millis(percent) - one.alone().millis(percent)) / scanMillis));
      line.append(
          String.format(
              Locale.ROOT,
              ",\"beyond_busy_p%d_scans\":%.2f",
              percent,
              (one.flooded().millis(percent) - one.busy().millis(percent)) / scanMillis));
    }
    return line.append('}').toString();
  }
}
