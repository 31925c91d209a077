// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a number of opens came to: times in nanoseconds over all of them, refusals and failures
 * counted apart.
 *
 * @param opens how many were tried
 * @param denied how many ended with EPERM
 * @param errors errno to count, without EPERM
 * @param over how many took longer than the limit that was asked about
 * @param elapsedNanos from the first thread's start to the last one's end
 */
record OpenFigures(
    int opens,
    int denied,
    Map<Integer, Integer> errors,
    int over,
    long p50,
    long p99,
    long max,
    long elapsedNanos) {

  OpenFigures {
    errors = Map.copyOf(errors);
  }

  /** Sums up one time and one result (0 or an errno) per open. */
  static OpenFigures of(long[] nanos, int[] results, long limitNanos, long elapsedNanos) {
    if (nanos.length == 0 || nanos.length != results.length) {
      throw new IllegalArgumentException(
          "nanos: " + nanos.length + ", results: " + results.length + " (expected: as many, > 0)");
    }
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    int denied = 0;
    Map<Integer, Integer> errors = new TreeMap<>();
    for (int result : results) {
      if (result == Syscalls.EPERM) {
        denied++;
      } else if (result != 0) {
        errors.merge(result, 1, Integer::sum);
      }
    }
    int over = (int) Arrays.stream(sorted).filter(time -> time > limitNanos).count();
    return new OpenFigures(
        sorted.length,
        denied,
        errors,
        over,
        Durations.percentile(sorted, 50),
        Durations.percentile(sorted, 99),
        sorted[sorted.length - 1],
        elapsedNanos);
  }

  int failed() {
    return errors.values().stream().mapToInt(Integer::intValue).sum();
  }

  long perSecond() {
    return Math.round(opens * 1e9 / Math.max(1, elapsedNanos));
  }

  String toJson() {
    String codes =
        new TreeMap<>(errors)
            .entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue())
                .collect(Collectors.joining(","));
    return String.format(
        Locale.ROOT,
        "{\"opens\":%d,\"denied\":%d,\"failed\":%d,\"errnos\":{%s},\"over\":%d,"
            + "\"p50_ns\":%d,\"p99_ns\":%d,\"max_ns\":%d,\"elapsed_ns\":%d,\"per_second\":%d}",
        opens,
        denied,
        failed(),
        codes,
        over,
        p50,
        p99,
        max,
        elapsedNanos,
        perSecond());
  }

  String toText() {
    return String.format(
        Locale.ROOT,
        "%d opens, %d denied, %d failed %s; p50 %.1f us, p99 %.1f us, max %.1f us; %d opens/s",
        opens,
        denied,
        failed(),
        errors.isEmpty() ? "" : errors,
        p50 / 1e3,
        p99 / 1e3,
        max / 1e3,
        perSecond());
  }
}
