// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;

/** Who is told what the decisions came to: the debt book, the reports, remedy. */
public interface DecisionListener {
  /**
   * An infected file was accessed. Called after the answer, on any thread; must not block or open
   * files.
   *
   * @param identity the file it was, whose times may have changed since
   * @param known its verdict, of which verdict is the threat
   */
  void detected(
      Access access,
      FileIdentity identity,
      LocalVerdicts.Known known,
      Verdict.Infected verdict,
      Report.Action action);

  /**
   * An access was allowed without a verdict. Called on any thread; must not block or open files.
   *
   * @param access its content hash is {@link DecisionListener#UNKNOWN_HASH} when it was not known
   *     yet
   */
  void debt(Access access, FileIdentity identity, Report.DebtReason reason);

  /** An access that was counted as debt has a verdict now; any thread, must not block. */
  void paid(Access access, FileIdentity identity, Verdict verdict);

  /** Tells nobody. */
  DecisionListener NOBODY =
      new DecisionListener() {
        @Override
        public void detected(
            Access access,
            FileIdentity identity,
            LocalVerdicts.Known known,
            Verdict.Infected verdict,
            Report.Action action) {}

        @Override
        public void debt(Access access, FileIdentity identity, Report.DebtReason reason) {}

        @Override
        public void paid(Access access, FileIdentity identity, Verdict verdict) {}
      };

  /** The hash of a content that was not hashed. */
  ContentHash UNKNOWN_HASH = new ContentHash(0, 0, 0, 0);
}
