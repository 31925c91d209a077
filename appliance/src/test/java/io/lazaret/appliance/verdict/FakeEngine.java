// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.engine.Engine;
import io.lazaret.appliance.engine.EngineStatus;
import io.lazaret.appliance.engine.ScanRequest;
import io.lazaret.appliance.engine.ScanResult;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Verdict;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** An engine that says what it was told to say, at once or when the test lets it. */
final class FakeEngine implements Engine {
  /** Somebody who waits for a scan that another one asked for. */
  record Joined(ScanRequest scan, Lane lane, int tenant, long guest) {}

  final List<Joined> joined = new CopyOnWriteArrayList<>();
  final List<ScanRequest> requests = new CopyOnWriteArrayList<>();
  volatile CompletableFuture<ScanResult> next = answers(Verdict.CLEAN, 1);

  static CompletableFuture<ScanResult> answers(Verdict verdict, long epoch) {
    return CompletableFuture.completedFuture(new ScanResult.Scanned(verdict, epoch));
  }

  @Override
  public CompletableFuture<ScanResult> scan(ScanRequest request) {
    requests.add(request);
    return next;
  }

  @Override
  public void join(ScanRequest scan, Lane lane, int tenant, long guest) {
    joined.add(new Joined(scan, lane, tenant, guest));
  }

  @Override
  public EngineStatus status() {
    return new EngineStatus(true, 1, "fake", 1, null, null, "");
  }

  @Override
  public void close() {}
}
