// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Kills an appliance with -9 under load again and again, and looks whether it still knows what it
 * has said.
 */
@Command(
    name = "kill-loop",
    description = "Kills an appliance under load; all it said must be known afterwards.",
    footer = "Ends with 3 when a verdict or an acknowledged report was lost.")
final class KillLoop implements Callable<Integer> {
  private static final Pattern PATH = Pattern.compile("/kill-loop/[0-9]+/[0-9]+");
  private static final String MOST_EVENTS = "10000";

  @Mixin private OwnApplianceOptions options = new OwnApplianceOptions();

  @Option(names = "--times", defaultValue = "5", description = "How often.")
  private int times;

  @Option(names = "--guests", defaultValue = "4", description = "Guests that load it.")
  private int count;

  @Option(names = "--seed", defaultValue = "1", description = "When it is killed.")
  private long seed;

  @Override
  public Integer call() throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    List<KillLoopGuest> guests = new ArrayList<>();
    List<Long> starts = new ArrayList<>();
    long reports = 0;
    try (OwnAppliance appliance = OwnAppliance.start(options, List.of())) {
      for (TlsIdentity identity : appliance.enrol(count)) {
        guests.add(new KillLoopGuest(identity, guests.size()));
      }
      for (int time = 0; time < times; time++) {
        Instant begin = Instant.now();
        List<Thread> loading = load(guests, appliance.guests());
        TimeUnit.MILLISECONDS.sleep(random.nextLong(200, 1_200));
        appliance.kill();
        for (Thread thread : loading) {
          thread.join();
        }
        long down = System.nanoTime();
        appliance.start();
        starts.add((System.nanoTime() - down) / 1_000_000);
        for (KillLoopGuest guest : guests) {
          lost(time, guest.verify(appliance.guests()));
        }
        reports += audit(appliance, guests, begin, time);
      }
      double uploads = appliance.metric("lazaret_uploads_total", "");
      lost(times, uploads == 0 ? "" : uploads + " uploads after the last start");
      appliance.stop();
      String checked = ledgerLine(appliance);
      starts.sort(null);
      options.print(
          new Figures()
              .note("machine", Machine.line())
              .note("killed", times)
              .note("guests", count)
              .note("verdicts_told", guests.stream().mapToInt(KillLoopGuest::verdicts).sum())
              .note("verdicts_lost", 0)
              .note("reports_acknowledged", reports)
              .note("reports_lost", 0)
              .note("start_median_ms", starts.get(starts.size() / 2))
              .note("start_longest_ms", starts.getLast())
              .note("ledger", checked));
      return 0;
    }
  }

  private static List<Thread> load(List<KillLoopGuest> guests, InetSocketAddress appliance) {
    return guests.stream()
        .map(guest -> Thread.ofPlatform().start(() -> guest.load(appliance)))
        .toList();
  }

  /** How many were acknowledged; all of them must be among the events. */
  private static long audit(
      OwnAppliance appliance, List<KillLoopGuest> guests, Instant since, int time)
      throws IOException, InterruptedException {
    Set<String> missing = new HashSet<>();
    guests.forEach(guest -> missing.addAll(guest.acknowledged()));
    long acknowledged = missing.size();
    Matcher paths =
        PATH.matcher(
            appliance.run(
                "audit",
                "--config",
                appliance.config().toString(),
                "--json",
                "--kind",
                "debt",
                "--since",
                since.toString(),
                "--limit",
                MOST_EVENTS));
    while (paths.find()) {
      missing.remove(paths.group());
    }
    lost(time, missing.isEmpty() ? "" : "reports: " + missing);
    guests.forEach(guest -> guest.acknowledged().clear());
    return acknowledged;
  }

  /** What the appliance's own check says of its file, every page looked at. */
  private static String ledgerLine(OwnAppliance appliance)
      throws IOException, InterruptedException {
    String check = appliance.run("check", "--config", appliance.config().toString());
    return check
        .lines()
        .filter(line -> line.contains("every page looked at"))
        .findFirst()
        .map(line -> "every page looked at")
        .orElseThrow(() -> new IOException("ledger: " + check));
  }

  private static void lost(int time, String what) throws IOException {
    if (!what.isEmpty()) {
      throw new IOException("lost after kill " + (time + 1) + ": " + what);
    }
  }
}
