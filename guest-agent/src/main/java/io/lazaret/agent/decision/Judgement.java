// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

/** What finding out about one content came to, before any policy. */
sealed interface Judgement {
  /** There is a verdict. */
  record Verdictful(LocalVerdicts.Known known) implements Judgement {}

  /** There is none. */
  record None(Decision.Why why) implements Judgement {}
}
