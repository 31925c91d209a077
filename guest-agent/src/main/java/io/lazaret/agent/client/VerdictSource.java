// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Access;

/** Where verdicts come from: the appliance, as the decision sees it. */
public interface VerdictSource {
  /**
   * Asks about one access and waits for the final answer; called on virtual threads, many at once.
   *
   * @param content the bytes, if the appliance wants them; valid until this method returns
   * @param deadlineNanos {@link System#nanoTime()} after which nobody needs the answer; the method
   *     returns {@link SourceAnswer.NoVerdict} by then
   * @throws InterruptedException when nobody needs the answer any more; the request is cancelled
   */
  SourceAnswer ask(Access access, ContentReader content, long deadlineNanos)
      throws InterruptedException;
}
