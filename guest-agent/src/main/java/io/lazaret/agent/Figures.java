// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.client.VerdictClient;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.agent.policy.PolicyKeeper;
import io.lazaret.protocol.Report.Figure;
import java.util.EnumMap;
import java.util.Map;

/** The figures that the appliance is told every 30 s. */
final class Figures {
  private Figures() {}

  static Map<Figure, Long> of(
      Counters counters, VerdictClient client, Guarding guarding, PolicyKeeper policies) {
    Map<Figure, Long> figures = new EnumMap<>(Figure.class);
    figures.put(Figure.OPENS_SEEN, counters.get(Metric.OPENS_SEEN));
    figures.put(Figure.OPENS_FROM_MEMORY, counters.get(Metric.OPENS_FROM_MEMORY));
    figures.put(Figure.OPENS_ASKED, counters.get(Metric.OPENS_ASKED));
    figures.put(Figure.OPENS_ALLOWED, counters.get(Metric.OPENS_ALLOWED));
    figures.put(Figure.OPENS_DENIED, counters.get(Metric.OPENS_DENIED));
    figures.put(Figure.OPENS_HELD, counters.get(Gauge.OPENS_HELD));
    figures.put(Figure.DEBT_OPEN, counters.get(Gauge.DEBTS_OPEN));
    figures.put(Figure.QUARANTINED, counters.get(Metric.QUARANTINED));
    figures.put(Figure.DEBT_TOTAL, counters.get(Metric.DEBTS));
    figures.put(Figure.BYTES_HASHED, counters.get(Metric.BYTES_HASHED));
    figures.put(Figure.BYTES_SENT, client.bytesSent());
    figures.put(Figure.DETECTIONS, counters.get(Metric.DETECTIONS));
    figures.put(Figure.RESIDENT_BYTES, ProcessFacts.residentBytes());
    figures.put(Figure.QUEUE_OVERFLOWS, counters.get(Metric.QUEUE_OVERFLOWS));
    figures.put(Figure.DEADLINES_MISSED, counters.get(Metric.DEADLINES_PASSED));
    figures.put(Figure.BLOCKING, guarding.blocking() ? 1L : 0L);
    figures.put(Figure.FILESYSTEMS_GUARDED, counters.get(Gauge.FILESYSTEMS_GUARDED));
    figures.put(Figure.POLICY_VERSION, policies.inForce().version());
    return figures;
  }
}
