// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One scan that was asked for, with what was tried so far. */
final class ScanJob {
  private final ScanRequest request;
  private final long number;
  private final CompletableFuture<ScanResult> result = new CompletableFuture<>();
  // Where it waits, under the queue's lock; and where it had its turn, or will have it first.
  private final List<ScanPlace> places = new ArrayList<>(1);
  private volatile ScanPlace turn;
  private long queuedNanos;
  // Scans of other guests that had begun: when it came to wait, and since then.
  private long begunBefore;
  private long overtaken;
  private int breaks;
  private int errors;
  private int ends;

  ScanJob(ScanRequest request, long number) {
    this.request = request;
    this.number = number;
    this.turn = new ScanPlace(this, request.lane(), request.tenant(), request.guest());
  }

  ScanRequest request() {
    return request;
  }

  /** Distinguishes jobs with the same deadline. */
  long number() {
    return number;
  }

  /** Whose scan it is counted as, whoever else waits for it. */
  long owner() {
    return request.guest();
  }

  ScanPlace turn() {
    return turn;
  }

  /** It waits, and so many scans of other guests have begun by now. */
  void waitsFrom(long begunByOthers) {
    begunBefore = begunByOthers;
  }

  /** It is its turn, and so many scans of other guests have begun by now. */
  void hasTurn(ScanPlace place, long begunByOthers) {
    turn = place;
    overtaken = begunByOthers - begunBefore;
  }

  /** How many scans of other guests began while it waited. */
  long overtaken() {
    return overtaken;
  }

  /** Owned by the queue's lock. */
  List<ScanPlace> places() {
    return places;
  }

  int tenant() {
    return turn.tenant();
  }

  long guest() {
    return turn.guest();
  }

  Lane lane() {
    return turn.lane();
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
