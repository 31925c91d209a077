// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.client.ReportOutbox;
import io.lazaret.agent.decision.DecisionListener;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import java.time.InstantSource;

/** Tells the appliance what the decisions came to. */
final class Reporting implements DecisionListener {
  private final ReportOutbox reports;
  private final InstantSource clock;

  Reporting(ReportOutbox reports, InstantSource clock) {
    this.reports = reports;
    this.clock = clock;
  }

  @Override
  public void detected(Access access, Verdict.Infected verdict, Report.Action action) {
    reports.offer(new Report.Detection(clock.instant(), access, verdict, action));
  }

  @Override
  public void debt(Access access, Report.DebtReason reason) {
    reports.offer(new Report.Debt(clock.instant(), access, reason));
  }

  @Override
  public void paid(Access access, Verdict verdict) {
    reports.offer(new Report.DebtPaid(clock.instant(), access, verdict));
  }
}
