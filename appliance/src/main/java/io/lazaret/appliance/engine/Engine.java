// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.util.concurrent.CompletableFuture;

/** What scans contents: a queue in front of clamd, or of anything else that keeps this contract. */
public interface Engine extends AutoCloseable {
  /**
   * Queues a scan in its lane; never blocks. The future always ends, at the latest shortly after
   * the request's deadline, and never exceptionally.
   */
  CompletableFuture<ScanResult> scan(ScanRequest request);

  /** The engine as it was seen last; never blocks. */
  EngineStatus status();

  @Override
  void close();
}
