// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.content.Upload;
import io.lazaret.appliance.identity.Guest;
import io.lazaret.protocol.Outcome;

/** One guest's session as the path of an ask sees it: somebody who asks and wants to be told. */
public interface Asker {
  /** Who it is, by its certificate. */
  Guest guest();

  /** How many of its asks are waiting; each holds memory here. Called on the asking thread. */
  int waiting();

  /**
   * One of its asks has no answer yet. Called on the asking thread, before {@link
   * VerdictService#ask} returns.
   */
  void pending(int id, Ticket ticket);

  /**
   * The final outcome of a pending ask; exactly once unless it was cancelled. On any thread.
   *
   * @param ticket tells it from a cancelled one with the same id
   */
  void answer(int id, Ticket ticket, Outcome outcome);

  /** Wants the content of a pending ask, to be written to the upload. On any thread. */
  void requestContent(int id, Ticket ticket, Upload upload);

  /** So many more bytes of a pending ask's content may be sent. On any thread. */
  void grantCredit(int id, Ticket ticket, int bytes);
}
