// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.fleet.Policies;
import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.ledger.Event;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.EventLog;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What guests tell, and what is told about them: events in the ledger, figures in memory. */
public final class GuestReports {
  private static final Logger log = LoggerFactory.getLogger(GuestReports.class);

  private final EventLog events;
  private final Policies policies;
  private final Metrics metrics;
  private final InstantSource clock;
  private final GuestFigures figures;

  public GuestReports(
      EventLog events,
      Policies policies,
      Metrics metrics,
      GuestFigures figures,
      InstantSource clock) {
    this.events = events;
    this.policies = policies;
    this.metrics = metrics;
    this.figures = figures;
    this.clock = clock;
    // An alert sees the first of a kind only when the series began at 0.
    for (Report.Action action : Report.Action.values()) {
      metrics.counter(Metric.DETECTIONS, label(action));
    }
    for (Report.DebtReason reason : Report.DebtReason.values()) {
      metrics.counter(Metric.DEBTS, label(reason));
    }
    for (String verdict : List.of("clean", "infected", "incomplete")) {
      metrics.counter(Metric.DEBTS_PAID, verdict);
    }
    for (Refusal code : Refusal.values()) {
      metrics.counter(Metric.GUESTS_FLAGGED, label(code));
    }
  }

  /** Keeps reports; completes when all of them are on disk. */
  CompletableFuture<Void> keep(Guest guest, List<Report> reports) {
    List<Event> kept = new ArrayList<>(reports.size());
    for (Report report : reports) {
      switch (report) {
        case Report.Detection(Instant at, Access access, var verdict, var action) ->
            kept.add(
                event(EventKind.DETECTION, guest, at, access, verdict.threat(), label(action)));
        case Report.Debt(Instant at, Access access, var reason) ->
            kept.add(event(EventKind.DEBT, guest, at, access, label(reason), label(access.lane())));
        case Report.DebtPaid(Instant at, Access access, Verdict verdict) ->
            kept.add(event(EventKind.DEBT_PAID, guest, at, access, label(verdict), ""));
        case Report.PolicyResult(Instant at, long version, boolean inForce, String detail) ->
            kept.add(policyEvent(guest, at, version, inForce, detail));
        case Report.Figures latest -> {
          figures.heard(guest, latest);
          Long policy = latest.values().get(Report.Figure.POLICY_VERSION);
          if (policy != null) {
            policies.inForce(guest, policy);
          }
        }
      }
    }
    if (kept.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    return events.append(kept).thenRun(() -> reports.forEach(report -> count(guest, report)));
  }

  /** Notes that a guest behaved as none of ours does. */
  void flagged(Guest guest, Refusal code, String detail) {
    metrics.count(Metric.GUESTS_FLAGGED, label(code));
    log.warn("guest flagged: guest={} code={} detail={}", guest.name(), code, detail);
    events
        .append(Event.of(clock.instant(), EventKind.GUEST_FLAGGED, guest.id(), label(code), detail))
        .exceptionally(failure -> {
          log.error("flag not stored: guest={}", guest.name(), failure);
          return null;
        });
  }

  private void count(Guest guest, Report report) {
    switch (report) {
      case Report.Detection detection ->
          metrics.count(Metric.DETECTIONS, label(detection.action()));
      case Report.Debt debt -> metrics.count(Metric.DEBTS, label(debt.reason()));
      case Report.DebtPaid paid -> metrics.count(Metric.DEBTS_PAID, label(paid.verdict()));
      case Report.PolicyResult result ->
          policies.told(guest, result.version(), result.inForce(), result.detail());
      case Report.Figures _ -> {}
    }
  }

  private Event event(
      EventKind kind, Guest guest, Instant claimed, Access access, String what, String detail) {
    return new Event(
        0,
        clock.instant(),
        kind,
        guest.id(),
        Optional.of(claimed),
        Optional.of(access.content()),
        what,
        access.path(),
        access.process(),
        detail);
  }

  private Event policyEvent(
      Guest guest, Instant claimed, long version, boolean inForce, String detail) {
    return new Event(
        0,
        clock.instant(),
        inForce ? EventKind.POLICY_IN_FORCE : EventKind.POLICY_REFUSED,
        guest.id(),
        Optional.of(claimed),
        Optional.empty(),
        "version " + version,
        "",
        "",
        detail);
  }

  private static String label(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Clean _ -> "clean";
      case Verdict.Infected _ -> "infected";
      case Verdict.Incomplete _ -> "incomplete";
    };
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
