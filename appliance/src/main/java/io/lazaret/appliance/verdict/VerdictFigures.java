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
  private final Map<Lane, Answers> answers;
  private final Count saved;
  private final Map<Refusal, Count> refusals;
  private final Map<Bound, Count> bounds;

  VerdictFigures(Metrics metrics) {
    asks = each(Lane.class, lane -> metrics.counter(Metric.ASKS, lane));
    times = each(Lane.class, lane -> metrics.timer(Metric.ASK_TIME, lane));
    answers = each(Lane.class, lane -> new Answers(metrics, lane));
    saved = metrics.counter(Metric.CONTENT_SAVED);
    bounds = each(Bound.class, bound -> metrics.counter(Metric.BUSY, bound));
    refusals = each(Refusal.class, code -> metrics.counter(Metric.REFUSALS, code));
  }

  void asked(Lane lane) {
    of(asks, lane).increment();
  }

  void answered(Lane lane, Outcome outcome) {
    Answers counts = of(answers, lane);
    switch (outcome) {
      case Outcome.Judged(Verdict verdict, long _, Source source) ->
          of(counts.of(verdict), source).increment();
      case Outcome.Busy _ -> counts.busy().increment();
      case Outcome.Refused(Refusal code) -> {
        counts.refused().increment();
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

  /** The answers of one lane. */
  private record Answers(
      Map<Source, Count> clean,
      Map<Source, Count> infected,
      Map<Source, Count> incomplete,
      Count busy,
      Count refused) {
    Answers(Metrics metrics, String lane) {
      this(
          judged(metrics, lane, "clean"),
          judged(metrics, lane, "infected"),
          judged(metrics, lane, "incomplete"),
          metrics.counter(Metric.ANSWERS, lane, "busy", "none"),
          metrics.counter(Metric.ANSWERS, lane, "refused", "none"));
    }

    private static Map<Source, Count> judged(Metrics metrics, String lane, String outcome) {
      return each(Source.class, source -> metrics.counter(Metric.ANSWERS, lane, outcome, source));
    }

    Map<Source, Count> of(Verdict verdict) {
      return switch (verdict) {
        case Verdict.Clean _ -> clean;
        case Verdict.Infected _ -> infected;
        case Verdict.Incomplete _ -> incomplete;
      };
    }
  }
}
