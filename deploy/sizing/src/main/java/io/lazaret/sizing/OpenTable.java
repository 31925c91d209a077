// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of {@link Opens}, and what they are to reach. */
final class OpenTable {
  /** One line of it. */
  enum Row {
    SYSTEM("repeated, system file, 10 KB", OpenSubject.SYSTEM),
    USERS("repeated, user's file, 10 KB", OpenSubject.USERS),
    KNOWN_SMALL("first here, known to the appliance, 10 KB", OpenSubject.KNOWN_SMALL),
    KNOWN_LARGE("first here, known to the appliance, 300 KB", OpenSubject.KNOWN_LARGE),
    NEW_SMALL("never seen, text of 10 KB", OpenSubject.NEW_SMALL),
    NEW_LARGE("never seen, ELF of 300 KB", OpenSubject.NEW_LARGE),
    MANY("8 threads, known to the appliance, opens/s", OpenSubject.MANY),
    BESIDE("known to the appliance, 10 KB, beside a scan", OpenSubject.BESIDE);

    final String shown;
    final OpenSubject subject;

    Row(String shown, OpenSubject subject) {
      this.shown = shown;
      this.subject = subject;
    }

    /** How often the guards take turns in one round; what costs microseconds needs many. */
    int turns() {
      return this == SYSTEM || this == USERS ? 10 : 1;
    }
  }

  /** A bound in microseconds, or in opens per second, and how it was said. */
  private record Goal(String words, double bound) {}

  private static final long MILLI = 1_000_000;

  private final Map<Row, Map<OpenGuard, Durations>> times = new EnumMap<>(Row.class);
  private final Map<Row, Durations> scans = new EnumMap<>(Row.class);
  private final Map<OpenGuard, Durations> huge = new EnumMap<>(OpenGuard.class);
  private final Map<OpenGuard, long[]> rates = new EnumMap<>(OpenGuard.class);
  private int failed;

  void add(Row row, OpenGuard guard, OpenRun run) {
    check(run);
    Durations kept = of(row, guard);
    for (long nanos : run.nanos()) {
      kept.add(nanos);
    }
    if (row == Row.MANY) {
      long[] rate = rates.computeIfAbsent(guard, _ -> new long[2]);
      rate[0] += run.nanos().length;
      rate[1] += run.elapsedNanos();
    }
  }

  /** The huge file that others were opened beside. */
  void add(OpenGuard guard, OpenRun run) {
    check(run);
    for (long nanos : run.nanos()) {
      huge.computeIfAbsent(guard, _ -> new Durations()).add(nanos);
    }
  }

  void addScan(Row row, long nanos) {
    scans.computeIfAbsent(row, _ -> new Durations()).add(nanos);
  }

  /** Everything here is clean and there, so every open has to succeed. */
  void check(OpenRun run) {
    for (int result : run.results()) {
      failed += result == 0 ? 0 : 1;
    }
  }

  /** Opens that did not succeed. */
  int failed() {
    return failed;
  }

  String text(List<OpenGuard> guards) {
    StringBuilder text =
        new StringBuilder(line("open() and close(), p50 in us", guards, "to reach"));
    for (Row row : Row.values()) {
      Goal goal = goal(row);
      double ours = figure(row, OpenGuard.LAZARET);
      boolean reached = row == Row.MANY ? ours >= goal.bound() : ours <= goal.bound();
      text.append(
          line(
              row.shown,
              guards.stream().map(guard -> shown(figure(row, guard))).toList(),
              "%s: %s %s".formatted(goal.words(), shown(goal.bound()), reached ? "yes" : "NO")));
    }
    text.append(
        line(
            "  of these, p99 of Lazaret (rows 1 to 8)",
            List.of(),
            String.join(
                " ",
                List.of(Row.values()).stream()
                    .map(row -> shown(percentile(of(row, OpenGuard.LAZARET), 99)))
                    .toList())));
    huge.forEach((guard, durations) ->
        text.append(
            line(
                "  random 4.9 MB, never seen: " + guard,
                List.of(),
                shown(percentile(durations, 50)))));
    return text.append("opens that failed or were denied: ").append(failed).append('\n').toString();
  }

  private Goal goal(Row row) {
    return switch (row) {
      case SYSTEM -> new Goal("1.1 x no guard", 1.1 * figure(row, OpenGuard.NONE));
      case USERS -> new Goal("2 x C", 2 * figure(row, OpenGuard.C));
      case KNOWN_SMALL -> new Goal("0.3 ms", 300);
      case KNOWN_LARGE -> new Goal("0.6 ms", 600);
      case NEW_SMALL, NEW_LARGE -> {
        double scan = percentile(scans.getOrDefault(row, new Durations()), 50);
        yield new Goal("scan %s + 0.5 ms".formatted(shown(scan)), scan + 500);
      }
      case MANY -> new Goal("opens/s", 10_000);
      case BESIDE ->
          new Goal("as alone + 1 ms", figure(Row.KNOWN_SMALL, OpenGuard.LAZARET) + MILLI / 1e3);
    };
  }

  private double figure(Row row, OpenGuard guard) {
    if (row == Row.MANY) {
      long[] rate = rates.getOrDefault(guard, new long[] {0, 1});
      return rate[0] * 1e9 / rate[1];
    }
    return percentile(of(row, guard), 50);
  }

  private Durations of(Row row, OpenGuard guard) {
    return times
        .computeIfAbsent(row, _ -> new EnumMap<>(OpenGuard.class))
        .computeIfAbsent(guard, _ -> new Durations());
  }

  private static double percentile(Durations durations, int percent) {
    return Durations.percentile(durations.sorted(), percent) / 1e3;
  }

  private static String shown(double figure) {
    return figure == 0 ? "-" : String.format(Locale.ROOT, figure < 100 ? "%.2f" : "%.0f", figure);
  }

  private static String line(String name, List<?> figures, String rest) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-46s", name));
    figures.forEach(figure -> line.append(String.format(Locale.ROOT, " %10s", figure)));
    return line.append("   ").append(rest).append('\n').toString();
  }
}
