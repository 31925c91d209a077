// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.client.ApplianceEpochs;
import io.lazaret.agent.client.VerdictClient;
import io.lazaret.agent.debt.DebtBook;
import io.lazaret.agent.decision.Epochs;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.agent.policy.PolicyKeeper;
import io.lazaret.agent.policy.Precedence;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.policy.PolicyKey;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@code status} shows: keys in the order they are read, each with its values. */
final class AgentStatus {
  /** The keys that have any number of values. */
  static final List<String> LISTS = List.of("filesystems", "policy_locked");

  private AgentStatus() {}

  static Map<String, List<String>> of(
      List<String> filesystems,
      Guarding guarding,
      VerdictClient client,
      Epochs epochs,
      PolicyKeeper policies,
      Precedence counts,
      Counters counters,
      DebtBook debts) {
    Map<String, List<String>> status = new LinkedHashMap<>();
    VerdictClient.Standing standing = client.standing();
    put(status, "version", Identification.version());
    put(status, "pid", ProcessHandle.current().pid());
    put(status, "mode", guarding.mode());
    put(status, "mode_reason", guarding.reason());
    status.put("filesystems", filesystems);
    put(status, "connected", standing.appliance().isPresent());
    put(status, "appliance", standing.appliance().map(Object::toString).orElse(""));
    put(status, "session", standing.detail());
    put(status, "epoch", ApplianceEpochs.said(epochs.present()));
    put(status, "policy_version", policies.inForce().version());
    put(status, "policy_problem", policies.problem());
    status.put(
        "policy_locked",
        Arrays.stream(PolicyKey.values())
            .filter(policies.inForce().document()::locks)
            .map(key -> key.text() + (counts.overrides(key) ? " (own setting set aside)" : ""))
            .toList());
    put(status, "asks_in_flight", client.inFlight());
    put(status, "bytes_sent", client.bytesSent());
    put(status, "reports_waiting", client.reports().waiting());
    put(status, "reports_dropped", client.reports().dropped());
    put(status, "debt_total", counters.get(Metric.DEBTS));
    put(status, "debt_oldest_seconds", debts.oldestSeconds());
    Map<Report.DebtReason, Integer> open = debts.byReason();
    for (Report.DebtReason reason : Report.DebtReason.values()) {
      String key = "debt_open_" + reason.name().toLowerCase(Locale.ROOT);
      put(status, key, open.getOrDefault(reason, 0));
    }
    put(status, "resident_bytes", ProcessFacts.residentBytes());
    put(status, "threads", ProcessFacts.threads());
    for (Metric metric : Metric.values()) {
      put(status, metric.name().toLowerCase(Locale.ROOT), counters.get(metric));
    }
    for (Gauge gauge : Gauge.values()) {
      put(status, gauge.name().toLowerCase(Locale.ROOT), counters.get(gauge));
    }
    return status;
  }

  private static void put(Map<String, List<String>> status, String key, Object value) {
    status.put(key, List.of(String.valueOf(value)));
  }
}
