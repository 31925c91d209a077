// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;

/** How a scan ended. */
public sealed interface ScanResult {
  /**
   * The engine answered.
   *
   * @param epoch number of the engine state that really answered
   */
  record Scanned(Verdict verdict, long epoch) implements ScanResult {}

  /** There is no verdict. */
  record NotScanned(Refusal code, String detail) implements ScanResult {}

  /** The queue is full. */
  record QueueFull(int retryAfterMillis) implements ScanResult {}
}
