// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.Controls;
import io.lazaret.appliance.engine.EngineStatus;
import io.lazaret.appliance.engine.ManagedEngine;
import io.lazaret.appliance.engine.SignatureChange;
import io.lazaret.appliance.metrics.Costs;
import io.lazaret.appliance.server.GuestFigures;
import io.lazaret.appliance.server.Sessions;
import io.lazaret.appliance.verdict.VerdictService;
import io.lazaret.protocol.ContentKey;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** What operators see of, and do to, the parts that run. */
record Running(
    Sessions live, ManagedEngine scanner, VerdictService verdicts, GuestFigures heard, Costs costs)
    implements Controls {
  @Override
  public List<LiveSession> sessions() {
    return live.live().stream()
        .map(session ->
            new LiveSession(
                session.guest(), session.address(), session.software(), session.since()))
        .toList();
  }

  @Override
  public EngineStatus engine() {
    return scanner.status();
  }

  @Override
  public Map<String, Long> figures(long guest) {
    Map<String, Long> figures = new TreeMap<>();
    heard
        .last(guest)
        .ifPresent(last ->
            last.values()
                .forEach(
                    (figure, value) -> figures.put(figure.name().toLowerCase(Locale.ROOT), value)));
    return figures;
  }

  @Override
  public void forget(int domain, ContentKey content) {
    verdicts.forget(domain, content);
  }

  @Override
  public CompletableFuture<SignatureChange> reload() {
    return scanner.reload();
  }

  @Override
  public CompletableFuture<SignatureChange> rollback() {
    return scanner.rollback();
  }
}
