// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import java.util.Optional;

/** Counts decisions and tells the listener what they came to. */
final class Outcomes {
  private final DecisionListener listener;
  private final Counters counters;

  Outcomes(DecisionListener listener, Counters counters) {
    this.listener = listener;
    this.counters = counters;
  }

  void answered(ObservedAccess access, Decision decision) {
    boolean waited = access.lane() == Lane.EXECUTE || access.lane() == Lane.OPEN;
    if (waited) {
      counters.count(decision.allow() ? Metric.OPENS_ALLOWED : Metric.OPENS_DENIED);
      if (decision.why() == Decision.Why.EXCLUDED) {
        counters.count(Metric.OPENS_EXCLUDED);
      }
    }
    decision.known().ifPresent(known -> detected(access, decision, known, decision.allow()));
    // A file that was only written is asked about again when it is opened.
    if (waited && decision.allow()) {
      debtReason(decision.why())
          .ifPresent(reason -> {
            counters.count(Metric.DEBTS);
            listener.debt(describe(access, decision), access.identity(), reason);
          });
    }
  }

  void learned(ObservedAccess access, Decision answered, Decision decision) {
    if (answered.known().isPresent() || decision.known().isEmpty()) {
      return;
    }
    LocalVerdicts.Known known = decision.known().get();
    // What the engine did not look at stays a debt.
    if (answered.allow() && !(known.verdict() instanceof Verdict.Incomplete)) {
      listener.paid(describe(access, decision), access.identity(), known.verdict());
    }
    detected(access, decision, known, answered.allow());
  }

  private void detected(
      ObservedAccess access, Decision decision, LocalVerdicts.Known known, boolean allowed) {
    if (known.verdict() instanceof Verdict.Infected infected) {
      counters.count(Metric.DETECTIONS);
      listener.detected(
          describe(access, decision),
          access.identity(),
          known,
          infected,
          allowed ? Report.Action.REPORTED : Report.Action.DENIED);
    }
  }

  private static Access describe(ObservedAccess access, Decision decision) {
    ContentKey key =
        decision
            .known()
            .map(LocalVerdicts.Known::content)
            .orElseGet(
                () -> new ContentKey(DecisionListener.UNKNOWN_HASH, access.identity().size()));
    return Judge.describe(access, key);
  }

  private static Optional<Report.DebtReason> debtReason(Decision.Why why) {
    return switch (why) {
      case OWN, EXCLUDED, NOTHING_TO_SCAN, CLEAN, INFECTED -> Optional.empty();
      case INCOMPLETE -> Optional.of(Report.DebtReason.INCOMPLETE);
      case TOO_LARGE -> Optional.of(Report.DebtReason.TOO_LARGE);
      case APPLIANCE_AWAY -> Optional.of(Report.DebtReason.APPLIANCE_AWAY);
      case ENGINE -> Optional.of(Report.DebtReason.ENGINE);
      case STARTING -> Optional.of(Report.DebtReason.STARTING);
      case DEADLINE, STOPPING -> Optional.of(Report.DebtReason.DEADLINE);
      case OVERLOAD, BUSY -> Optional.of(Report.DebtReason.OVERLOAD);
      case UNREADABLE -> Optional.of(Report.DebtReason.UNREADABLE);
    };
  }
}
