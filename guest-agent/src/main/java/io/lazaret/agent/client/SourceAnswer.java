// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;

/** The final answer to one {@link VerdictSource#ask}. */
public sealed interface SourceAnswer {
  /** The appliance has a verdict. */
  record Judged(Verdict verdict, long epoch, Outcome.Source source) implements SourceAnswer {
    static Judged of(Outcome.Judged said) {
      return new Judged(said.verdict(), said.epoch(), said.source());
    }
  }

  /**
   * There is no verdict: nothing may be taken for clean.
   *
   * @param reason what the access is counted as, if it is allowed nevertheless
   * @param detail for the log: the refusal's code, or what failed
   */
  record NoVerdict(Report.DebtReason reason, String detail) implements SourceAnswer {}
}
