// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.client.ReportOutbox;
import io.lazaret.agent.debt.DebtBook;
import io.lazaret.agent.decision.DecisionListener;
import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.decision.LocalVerdicts;
import io.lazaret.agent.remedy.Remedy;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import java.time.InstantSource;

/** Passes on what the decisions came to: to the appliance, the debt book and remedy. */
final class Reporting implements DecisionListener {
  private final ReportOutbox reports;
  private final DebtBook debts;
  private final Remedy remedy;
  private final InstantSource clock;

  Reporting(ReportOutbox reports, DebtBook debts, Remedy remedy, InstantSource clock) {
    this.reports = reports;
    this.debts = debts;
    this.remedy = remedy;
    this.clock = clock;
  }

  @Override
  public void detected(
      Access access,
      FileIdentity identity,
      LocalVerdicts.Known known,
      Verdict.Infected verdict,
      Report.Action action) {
    reports.offer(new Report.Detection(clock.instant(), access, verdict, action));
    remedy.found(access, identity, known, verdict);
  }

  @Override
  public void debt(Access access, FileIdentity identity, Report.DebtReason reason) {
    reports.offer(new Report.Debt(clock.instant(), access, reason));
    debts.owe(access, identity, reason);
  }

  @Override
  public void paid(Access access, FileIdentity identity, Verdict verdict) {
    reports.offer(new Report.DebtPaid(clock.instant(), access, verdict));
    debts.paid(identity);
  }
}
