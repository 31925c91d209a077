// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Lane;
import java.util.concurrent.CompletableFuture;

/** What scans contents: a queue in front of clamd, or of anything else that keeps this contract. */
public interface Engine extends AutoCloseable {
  /**
   * Queues a scan in its lane; never blocks. The future always ends, at the latest shortly after
   * the request's deadline, and never exceptionally.
   */
  CompletableFuture<ScanResult> scan(ScanRequest request);

  /**
   * Somebody else waits for a scan, too: while it is queued, it has its turn as soon as one of
   * those who wait for it has one. Without effect when it runs or is over. Never blocks.
   *
   * @param scan the very object that was given to {@link #scan}
   */
  void join(ScanRequest scan, Lane lane, int tenant, long guest);

  /** The engine as it was seen last; never blocks. */
  EngineStatus status();

  @Override
  void close();
}
