// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Message;

/**
 * Who is told what an appliance says unasked; called on the session's reader, must not block.
 * Epochs have the numbers of {@link ApplianceEpochs}, which no other appliance's have.
 */
public interface ApplianceListener {
  /** A session is open; asks go there from now on. */
  void connected(ApplianceAddress appliance, Message.Welcome welcome);

  /** The session has ended; the client is looking for another. */
  void disconnected(ApplianceAddress appliance, String why);

  /** A new engine state. */
  void epochChanged(Message.EpochChanged change);

  /** Verdicts that are no longer true. */
  void revoked(Message.Revoked revoked);

  /** A part of a policy document. */
  void policy(Message.PolicyPart part);

  /** Somebody wants paths to be scanned. */
  void scanOrdered(Message.ScanOrder order);

  /** An old verdict has to be made again. */
  void reverify(Message.Reverify reverify);
}
