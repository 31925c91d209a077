// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Verdict;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What one or more simulated guests got; for one thread. */
final class Tally {
  private final Map<String, Long> outcomes = new TreeMap<>();
  private final Durations durations = new Durations();
  private final Durations untilWanted = new Durations();
  private long uploadedBytes;

  void answered(Outcome outcome, long nanos) {
    outcomes.merge(name(outcome), 1L, Long::sum);
    durations.add(nanos);
  }

  /** The appliance asked for a content, so long after the ask. */
  void wanted(long nanos) {
    untilWanted.add(nanos);
  }

  void uploaded(long bytes) {
    uploadedBytes += bytes;
  }

  void add(Tally other) {
    other.outcomes.forEach((name, count) -> outcomes.merge(name, count, Long::sum));
    durations.addAll(other.durations);
    untilWanted.addAll(other.untilWanted);
    uploadedBytes += other.uploadedBytes;
  }

  Durations durations() {
    return durations;
  }

  Durations untilWanted() {
    return untilWanted;
  }

  long answers() {
    return outcomes.values().stream().mapToLong(Long::longValue).sum();
  }

  /** How many outcomes have a name that starts so. */
  long count(String prefix) {
    return outcomes.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** How often each outcome came, by its name. */
  Map<String, Long> outcomes() {
    return Map.copyOf(outcomes);
  }

  String toJson(long elapsedNanos) {
    long[] sorted = durations.sorted();
    String counted =
        outcomes.entrySet().stream()
            .map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue())
            .collect(Collectors.joining(","));
    return String.format(
        Locale.ROOT,
        "{\"answers\":%d,\"outcomes\":{%s},\"uploaded_bytes\":%d,\"p50_ns\":%d,\"p99_ns\":%d,"
            + "\"max_ns\":%d,\"elapsed_ns\":%d,\"per_second\":%.0f}",
        answers(),
        counted,
        uploadedBytes,
        Durations.percentile(sorted, 50),
        Durations.percentile(sorted, 99),
        Durations.percentile(sorted, 100),
        elapsedNanos,
        answers() * 1e9 / Math.max(1, elapsedNanos));
  }

  private static String name(Outcome outcome) {
    String name =
        switch (outcome) {
          case Outcome.Judged(Verdict verdict, long _, Outcome.Source source) ->
              verdict.getClass().getSimpleName() + "_" + source;
          case Outcome.SendContent _ -> "send_content";
          case Outcome.Busy _ -> "busy";
          case Outcome.Refused(var code) -> "refused_" + code;
        };
    return name.toLowerCase(Locale.ROOT);
  }
}
