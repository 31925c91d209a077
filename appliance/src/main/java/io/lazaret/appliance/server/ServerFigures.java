// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Refusal;
import java.util.Locale;

/** The counters of guests' connections. */
final class ServerFigures {
  private final Metrics metrics;

  ServerFigures(Metrics metrics, SessionSettings settings, ConnectionLimits connections) {
    this.metrics = metrics;
    metrics.gauge(Metric.CONNECTIONS, connections::open);
    metrics.gauge(Metric.CONNECTIONS_LIMIT, settings::connections);
    metrics.gauge(Metric.STRANGERS, connections::strangers);
    metrics.gauge(Metric.STRANGERS_LIMIT, settings::strangers);
  }

  void sessions(Sessions sessions) {
    metrics.gauge(Metric.SESSIONS, sessions::size);
  }

  void refused(Refusal code) {
    metrics.count(Metric.REFUSALS, label(code));
  }

  void handshake(String result) {
    metrics.count(Metric.HANDSHAKES, result);
  }

  void handshakeRefused(Refusal code) {
    handshake(label(code));
  }

  void received(int bytes) {
    metrics.add(Metric.CONTENT_RECEIVED, bytes);
  }

  private static String label(Refusal code) {
    return code.name().toLowerCase(Locale.ROOT);
  }
}
