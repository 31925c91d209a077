// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.metrics.Count;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.metrics.Timing;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Outcome.Source;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** The counters of the path of an ask, looked up once. */
final class VerdictFigures {
  private final Map<Lane, Count> asks;
  private final Map<Lane, Timing> times;
  private final Map<Source, Count> clean;
  private final Map<Source, Count> infected;
  private final Map<Source, Count> incomplete;
  private final Count saved;
  private final Count busy;
  private final Count refused;
  private final Map<Refusal, Count> refusals;
  private final Map<Bound, Count> bounds;

  VerdictFigures(Metrics metrics) {
    asks = each(Lane.class, lane -> metrics.counter(Metric.ASKS, lane));
    times = each(Lane.class, lane -> metrics.timer(Metric.ASK_TIME, lane));
    clean = each(Source.class, source -> metrics.counter(Metric.ANSWERS, "clean", source));
    infected = each(Source.class, source -> metrics.counter(Metric.ANSWERS, "infected", source));
    incomplete =
        each(Source.class, source -> metrics.counter(Metric.ANSWERS, "incomplete", source));
    saved = metrics.counter(Metric.CONTENT_SAVED);
    busy = metrics.counter(Metric.ANSWERS, "busy", "none");
    refused = metrics.counter(Metric.ANSWERS, "refused", "none");
    bounds = each(Bound.class, bound -> metrics.counter(Metric.BUSY, bound));
    refusals = each(Refusal.class, code -> metrics.counter(Metric.REFUSALS, code));
  }

  void asked(Lane lane) {
    of(asks, lane).increment();
  }

  void answered(Outcome outcome) {
    switch (outcome) {
      case Outcome.Judged(Verdict verdict, long _, Source source) ->
          of(countersOf(verdict), source).increment();
      case Outcome.Busy _ -> busy.increment();
      case Outcome.Refused(Refusal code) -> {
        refused.increment();
        of(refusals, code).increment();
      }
      case Outcome.SendContent _ -> {}
    }
  }

  void met(Bound bound) {
    of(bounds, bound).increment();
  }

  void waited(Lane lane, long nanos) {
    of(times, lane).record(nanos);
  }

  void saved(long bytes) {
    saved.add(bytes);
  }

  private Map<Source, Count> countersOf(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Clean _ -> clean;
      case Verdict.Infected _ -> infected;
      case Verdict.Incomplete _ -> incomplete;
    };
  }

  private static <K extends Enum<K>, V> Map<K, V> each(Class<K> keys, Function<String, V> value) {
    Map<K, V> map = new EnumMap<>(keys);
    for (K key : keys.getEnumConstants()) {
      map.put(key, value.apply(key.name().toLowerCase(Locale.ROOT)));
    }
    return map;
  }

  private static <K, V> V of(Map<K, V> complete, K key) {
    return Objects.requireNonNull(complete.get(key));
  }
}
