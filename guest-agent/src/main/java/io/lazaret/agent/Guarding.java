// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.decision.DecisionSettings;
import io.lazaret.agent.decision.DecisionSettings.Failure;
import io.lazaret.agent.linux.FanotifyFacts;
import java.io.IOException;

/**
 * How this guest is guarded.
 *
 * @param blocking whether opens are held
 * @param reason one sentence: why
 */
record Guarding(boolean blocking, String reason) {
  static Guarding choose(AgentSettings.Mode wanted, FanotifyFacts facts) throws IOException {
    return switch (wanted) {
      case NOTIFY -> new Guarding(false, "the settings say so");
      case AUTO -> new Guarding(facts.blocking(), facts.reason());
      case BLOCKING -> {
        if (!facts.blocking()) {
          throw new IOException("mode = blocking is not to be had: " + facts.reason());
        }
        yield new Guarding(true, facts.reason());
      }
    };
  }

  /** In notify mode nothing can be denied: everything is reported only. */
  DecisionSettings adapt(DecisionSettings said) {
    return blocking
        ? said
        : new DecisionSettings(
            said.executeDeadline(),
            said.openDeadline(),
            said.writtenDeadline(),
            Failure.ALLOW,
            Failure.ALLOW,
            Failure.ALLOW,
            Failure.ALLOW,
            said.longestContent(),
            said.hashThreads(),
            said.memoryEntries(),
            said.exclusions());
  }

  String mode() {
    return blocking ? "blocking" : "notify";
  }
}
