// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Report;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Where what guests tell is kept; implemented over the ledger. */
public interface ReportSink {
  /**
   * Keeps reports; completes when they are on disk. A guest that sends them twice after a lost
   * acknowledgement is recognised by the sequence.
   */
  CompletableFuture<Void> keep(Guest guest, long sequence, List<Report> reports);

  /** A guest behaved as none should: two sessions with one certificate, wrong bytes, bad frames. */
  void flagged(Guest guest, Refusal code, String detail);

  /** A guest's session opened. */
  void connected(Guest guest, String software, String host, String platform, String address);

  /** A guest's session ended. */
  void disconnected(Guest guest, Refusal code);
}
