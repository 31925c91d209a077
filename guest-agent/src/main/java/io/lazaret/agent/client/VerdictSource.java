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

  /**
   * The same for who has something to do with a verdict before the asking thread is awake.
   *
   * @param first told of the verdict by the thread that received it, or not at all; it may be told
   *     still when this method has just returned
   */
  default SourceAnswer ask(
      Access access, ContentReader content, long deadlineNanos, FirstLook first)
      throws InterruptedException {
    return ask(access, content, deadlineNanos);
  }

  /** Who is told of a verdict first; must not wait, and must not throw. */
  @FunctionalInterface
  interface FirstLook {
    void judged(SourceAnswer.Judged verdict);
  }
}
