// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.Report;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;

/** What a session does now and then: the guest's figures every 30 s, the certificate's renewal. */
final class SessionChores implements VerdictClient.Chores {
  static final Duration FIGURES = Duration.ofSeconds(30);

  private final Renewal renewal;
  private final ReportOutbox reports;
  private final Supplier<Map<Report.Figure, Long>> figures;
  private final InstantSource clock;
  private long figuresNanos = System.nanoTime();

  SessionChores(
      Renewal renewal,
      ReportOutbox reports,
      Supplier<Map<Report.Figure, Long>> figures,
      InstantSource clock) {
    this.renewal = renewal;
    this.reports = reports;
    this.figures = figures;
    this.clock = clock;
  }

  @Override
  public void tick(ApplianceSession session) {
    if (System.nanoTime() - figuresNanos >= 0) {
      figuresNanos = System.nanoTime() + FIGURES.toNanos();
      Instant now = clock.instant();
      reports.offer(new Report.Figures(now, figures.get()));
    }
    renewal.tick(session);
  }

  @Override
  public void enrolled(Message.Enrolled enrolled) {
    renewal.enrolled(enrolled);
  }
}
