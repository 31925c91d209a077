// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.DecisionSettings;
import io.lazaret.agent.decision.DecisionSettings.Failure;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.Lane;
import java.time.Duration;

/**
 * Where events are handled: who decides, takes the answers, pays the descriptors and counts. There
 * is the real one, and one to practise at.
 */
record Desk(
    AccessDecision decision, Responder responder, DescriptorBudget budget, Counters counters) {

  /** How long an access may wait. */
  Duration deadline(Lane lane) {
    DecisionSettings policy = decision.settings();
    return lane == Lane.EXECUTE ? policy.executeDeadline() : policy.openDeadline();
  }

  /** Answers an event of whose file nothing can be found out, by the failure policy. */
  void answerUnseen(Event event) {
    DecisionSettings policy = decision.settings();
    Failure failure = event.lane() == Lane.EXECUTE ? policy.executeFailure() : policy.openFailure();
    answerUnseen(event.fd(), failure == Failure.ALLOW);
  }

  /** Answers an open of which nothing is known. */
  void answerUnseen(int fd, boolean allow) {
    HeldOpen.respond(responder, fd, allow, counters);
    counters.count(allow ? Metric.OPENS_ALLOWED : Metric.OPENS_DENIED);
    if (allow) {
      counters.count(Metric.DEBTS);
    }
  }

  /** Allows an open in which there is nothing to find. */
  void allow(int fd) {
    HeldOpen.respond(responder, fd, true, counters);
    counters.count(Metric.OPENS_ALLOWED);
  }

  /** Closes an event's descriptor and pays it back. */
  void close(int fd) {
    EventFile.closeDescriptor(fd, budget);
  }
}
