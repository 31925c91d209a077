// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import io.lazaret.appliance.engine.EngineStatus;
import io.lazaret.appliance.engine.SignatureChange;
import io.lazaret.appliance.metrics.Costs;
import io.lazaret.protocol.ContentKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What can be seen of, and done to, an appliance that runs. */
public interface Controls {
  /** The open sessions; never blocks. */
  List<LiveSession> sessions();

  /** The engine as it was seen last; never blocks. */
  EngineStatus engine();

  /** What a guest said of itself last, by name in lower case; empty before the first. */
  Map<String, Long> figures(long guest);

  /** What costs most; never blocks for long. */
  Costs costs();

  /** Drops what the memory knows of a content, so that it is judged anew. */
  void forget(int domain, ContentKey content);

  /** Looks for new signatures now. */
  CompletableFuture<SignatureChange> reload();

  /** Goes back to the signatures before the present ones. */
  CompletableFuture<SignatureChange> rollback();

  /**
   * A guest that is connected.
   *
   * @param guest its number
   * @param address where it comes from
   * @param software what its agent says it is
   */
  record LiveSession(long guest, String address, String software, Instant since) {}
}
