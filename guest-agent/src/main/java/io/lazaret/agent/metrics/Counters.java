// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.metrics;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** The agent's counters and gauges; a leaf that everything may point at. */
public final class Counters {
  private final Map<Metric, LongAdder> values = new EnumMap<>(Metric.class);
  private final Map<Gauge, LongSupplier> gauges = new ConcurrentHashMap<>();

  public Counters() {
    for (Metric metric : Metric.values()) {
      values.put(metric, new LongAdder());
    }
  }

  /** Counts one. */
  public void count(Metric metric) {
    add(metric, 1);
  }

  /** Counts several. */
  public void add(Metric metric, long amount) {
    adder(metric).add(amount);
  }

  /** The count since the agent's start. */
  public long get(Metric metric) {
    return adder(metric).sum();
  }

  private LongAdder adder(Metric metric) {
    return Objects.requireNonNull(values.get(metric), "every metric has its adder");
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
