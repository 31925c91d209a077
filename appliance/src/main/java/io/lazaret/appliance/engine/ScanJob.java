// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Lane;
import java.util.concurrent.CompletableFuture;

/** One scan that was asked for, with what was tried so far. */
final class ScanJob {
  private final ScanRequest request;
  private final long number;
  private final CompletableFuture<ScanResult> result = new CompletableFuture<>();
  private long queuedNanos;
  private int breaks;
  private int errors;
  private int ends;

  ScanJob(ScanRequest request, long number) {
    this.request = request;
    this.number = number;
  }

  ScanRequest request() {
    return request;
  }

  /** Distinguishes jobs with the same deadline. */
  long number() {
    return number;
  }

  int tenant() {
    return request.tenant();
  }

  long guest() {
    return request.guest();
  }

  Lane lane() {
    return request.lane();
  }

  CompletableFuture<ScanResult> result() {
    return result;
  }

  void queuedAt(long nanos) {
    queuedNanos = nanos;
  }

  long queuedNanos() {
    return queuedNanos;
  }

  /** How often the engine died or hung while it scanned this. */
  int breaks() {
    return breaks;
  }

  /** Earlier scans of the same content count too. */
  void breaksBefore(int earlier) {
    breaks = Math.max(breaks, earlier);
  }

  void noteBreak() {
    breaks++;
  }

  /** How often the engine answered with an error. */
  int errors() {
    return errors;
  }

  void noteError() {
    errors++;
  }

  /** How often the engine ended during it without a fault of this content. */
  int ends() {
    return ends;
  }

  void noteEnd() {
    ends++;
  }
}
