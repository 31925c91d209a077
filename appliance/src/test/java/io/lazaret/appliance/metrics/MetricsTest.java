// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests {@link Metrics} by what Prometheus would read. */
class MetricsTest {
  @Test
  void everyMetricIsShownUnderItsName() {
    try (Metrics metrics = new Metrics()) {
      for (Metric metric : Metric.values()) {
        String[] labels = new String[metric.labels().size()];
        Arrays.fill(labels, "x");
        switch (metric.kind()) {
          case COUNTER -> metrics.count(metric, labels);
          case GAUGE -> metrics.gauge(metric, () -> 7, labels);
          case TIMER -> metrics.record(metric, 2_000_000, labels);
        }
      }
      String text = metrics.scrape();
      for (Metric metric : Metric.values()) {
        String shown =
            metric.prometheusName() + (metric.kind() == Metric.Kind.TIMER ? "_count" : "");
        assertTrue(
            text.lines()
                .anyMatch(line -> line.startsWith(shown + " ") || line.startsWith(shown + "{")),
            () -> shown + " is missing in:\n" + text);
        assertTrue(text.contains("# HELP " + metric.prometheusName() + " " + metric.help()));
      }
    }
  }

  @Test
  void namesAreUniqueAndFollowPrometheusConventions() {
    Set<String> names = new HashSet<>();
    for (Metric metric : Metric.values()) {
      assertTrue(names.add(metric.prometheusName()), metric::toString);
      assertTrue(metric.prometheusName().matches("lazaret_[a-z_]+"), metric::toString);
      assertTrue(metric.help().endsWith("."), metric::toString);
      assertEquals(
          metric.kind() == Metric.Kind.COUNTER,
          metric.prometheusName().endsWith("_total"),
          metric::toString);
      assertTrue(
          metric.kind() != Metric.Kind.TIMER || metric.prometheusName().endsWith("_seconds"),
          metric::toString);
    }
  }

  @Test
  void aHandleCountsWhatTheFacadeCounts() {
    try (Metrics metrics = new Metrics()) {
      Count handle = metrics.counter(Metric.ASKS, "open");
      handle.add(2);
      metrics.count(Metric.ASKS, "open");
      assertEquals(3, handle.total());
      assertTrue(metrics.scrape().contains("lazaret_asks_total{lane=\"open\"} 3.0"));
    }
  }

  @Test
  void theLastSupplierOfAGaugeCounts() {
    try (Metrics metrics = new Metrics()) {
      metrics.gauge(Metric.SESSIONS, () -> 1);
      metrics.gauge(Metric.SESSIONS, () -> 2);
      assertTrue(metrics.scrape().contains("lazaret_sessions 2.0"));
    }
  }

  @Test
  void wrongLabelsAndKindsAreDefects() {
    try (Metrics metrics = new Metrics()) {
      assertThrows(IllegalArgumentException.class, () -> metrics.counter(Metric.ASKS));
      assertThrows(IllegalArgumentException.class, () -> metrics.counter(Metric.ASK_TIME, "open"));
    }
  }

  @Test
  void theProcessShowsItsOwnFigures() {
    try (Metrics metrics = Metrics.withProcessFigures()) {
      String text = metrics.scrape();
      assertTrue(text.contains("jvm_memory_used_bytes"), text);
      assertTrue(text.contains("process_files_open_files"), text);
    }
  }
}
