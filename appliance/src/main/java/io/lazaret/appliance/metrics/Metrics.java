// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the figures of one appliance.
 *
 * <p>On hot paths resolve a handle once ({@link #counter}, {@link #timer}) and use that; {@link
 * #count}, {@link #add} and {@link #record} look the handle up each time.
 */
public final class Metrics implements AutoCloseable {
  private static final Duration[] BUCKETS = {
    Duration.ofNanos(10_000),
    Duration.ofNanos(50_000),
    Duration.ofNanos(100_000),
    Duration.ofNanos(250_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofNanos(2_500_000),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2_500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ConcurrentHashMap<Key, Count> counts = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Key, Timing> timings = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Key, DoubleSupplier> gauges = new ConcurrentHashMap<>();
  private @Nullable JvmGcMetrics gcMetrics;

  /** Without figures of the Java machine and the process, as tests want it. */
  public Metrics() {}

  /** With the figures of the Java machine and the process. */
  public static Metrics withProcessFigures() {
    Metrics metrics = new Metrics();
    metrics.bindProcess();
    return metrics;
  }

  /** The counter with these label values, made when it does not exist. */
  public Count counter(Metric metric, String... labelValues) {
    return counts.computeIfAbsent(key(metric, Metric.Kind.COUNTER, labelValues), this::newCount);
  }

  /** The histogram with these label values, made when it does not exist. */
  public Timing timer(Metric metric, String... labelValues) {
    return timings.computeIfAbsent(key(metric, Metric.Kind.TIMER, labelValues), this::newTiming);
  }

  /** Counts one. */
  public void count(Metric metric, String... labelValues) {
    counter(metric, labelValues).increment();
  }

  /** Counts so many. */
  public void add(Metric metric, long amount, String... labelValues) {
    counter(metric, labelValues).add(amount);
  }

  /** Notes one duration. */
  public void record(Metric metric, long nanos, String... labelValues) {
    timer(metric, labelValues).record(nanos);
  }

  /** Reads the figure from this supplier from now on; the last one given counts. */
  public void gauge(Metric metric, DoubleSupplier supplier, String... labelValues) {
    Key key = key(metric, Metric.Kind.GAUGE, labelValues);
    if (gauges.put(key, supplier) == null) {
      Gauge.builder(metric.prometheusName(), key, this::read)
          .description(metric.help())
          .tags(key.tags())
          .strongReference(true)
          .register(registry);
    }
  }

  /** What a counter or gauge shows now; 0 when nobody has made it yet. */
  public double value(Metric metric, String... labelValues) {
    Key key = key(metric, metric.kind(), labelValues);
    Count count = counts.get(key);
    DoubleSupplier gauge = gauges.get(key);
    return count != null ? count.total() : gauge != null ? gauge.getAsDouble() : 0;
  }

  /** All figures in Prometheus' text format, version 0.0.4. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    if (gcMetrics != null) {
      gcMetrics.close();
    }
    registry.close();
  }

  private double read(Key key) {
    DoubleSupplier supplier = gauges.get(key);
    return supplier == null ? Double.NaN : supplier.getAsDouble();
  }

  private Count newCount(Key key) {
    Count count = new Count();
    FunctionCounter.builder(key.metric().prometheusName(), count, Count::total)
        .description(key.metric().help())
        .tags(key.tags())
        .register(registry);
    return count;
  }

  private Timing newTiming(Key key) {
    return new Timing(
        Timer.builder(key.metric().prometheusName())
            .description(key.metric().help())
            .tags(key.tags())
            .serviceLevelObjectives(BUCKETS)
            .register(registry));
  }

  private void bindProcess() {
    new ClassLoaderMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    JvmGcMetrics gc = new JvmGcMetrics();
    gc.bindTo(registry);
    gcMetrics = gc;
  }

  private static Key key(Metric metric, Metric.Kind kind, String... labelValues) {
    if (metric.kind() != kind) {
      throw new IllegalArgumentException(
          metric + ": " + metric.kind() + " (expected: " + kind + ")");
    }
    if (labelValues.length != metric.labels().size()) {
      throw new IllegalArgumentException(
          metric + ": " + labelValues.length + " label values (expected: " + metric.labels() + ")");
    }
    return new Key(metric, List.of(labelValues));
  }

  /** One metric with one set of label values. */
  private record Key(Metric metric, List<String> values) {
    Tags tags() {
      Tags tags = Tags.empty();
      for (int i = 0; i < values.size(); i++) {
        tags = tags.and(metric.labels().get(i), values.get(i));
      }
      return tags;
    }
  }
}
