// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.metrics;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** The agent's counters and gauges; a leaf that everything may point at. */
public final class Counters {
  private final LongAdder[] values;
  private final Map<Gauge, LongSupplier> gauges = new ConcurrentHashMap<>();

  public Counters() {
    values = new LongAdder[Metric.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = new LongAdder();
    }
  }

  /** Counts one. */
  public void count(Metric metric) {
    values[metric.ordinal()].increment();
  }

  /** Counts several. */
  public void add(Metric metric, long amount) {
    values[metric.ordinal()].add(amount);
  }

  /** The count since the agent's start. */
  public long get(Metric metric) {
    return values[metric.ordinal()].sum();
  }

  /** Names the one who knows a gauge's value; the last one named counts. */
  public void gauge(Gauge gauge, LongSupplier value) {
    gauges.put(gauge, value);
  }

  /** The gauge's value now, 0 when nobody measures it. */
  public long get(Gauge gauge) {
    LongSupplier supplier = gauges.get(gauge);
    return supplier == null ? 0 : supplier.getAsLong();
  }

  /** All counters by constant. */
  public Map<Metric, Long> counts() {
    Map<Metric, Long> all = new EnumMap<>(Metric.class);
    for (Metric metric : Metric.values()) {
      all.put(metric, get(metric));
    }
    return all;
  }
}
