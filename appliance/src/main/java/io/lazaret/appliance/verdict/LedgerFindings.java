// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.ledger.Event;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.Exposure;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the books in the ledger, and tells those who have a file when its verdict changes. */
public final class LedgerFindings implements Findings {
  private static final Logger log = LoggerFactory.getLogger(LedgerFindings.class);

  private final Ledger ledger;
  private final Push push;
  private final Metrics metrics;
  private final InstantSource clock;
  private final Duration grace;

  /**
   * @param grace how long a guest may use a verdict of an older epoch
   */
  public LedgerFindings(
      Ledger ledger, Push push, Metrics metrics, InstantSource clock, Duration grace) {
    this.ledger = ledger;
    this.push = push;
    this.metrics = metrics;
    this.clock = clock;
    this.grace = grace;
    // An alert sees the first one only when the series began at 0.
    List.of("clean", "infected", "incomplete")
        .forEach(verdict -> metrics.counter(Metric.VERDICTS_CHANGED, verdict));
  }

  @Override
  public void told(Guest guest, Access access, Verdict verdict) {
    ledger
        .exposures()
        .note(guest.tenant().domain(), access.content().hash(), guest.id(), access.path());
  }

  @Override
  public void flagged(Guest guest, ContentKey content, Refusal code) {
    String label = code.name().toLowerCase(Locale.ROOT);
    metrics.count(Metric.GUESTS_FLAGGED, label);
    log.warn("guest flagged: guest={} code={} content={}", guest.name(), code, content);
    String detail =
        code == Refusal.UPLOAD_STALLED
            ? "kept other guests waiting for bytes that it did not send"
            : "sent other bytes than it named";
    append(EventKind.GUEST_FLAGGED, guest.id(), content, label, detail);
  }

  @Override
  public void changed(StoredVerdict before, StoredVerdict now) {
    metrics.count(Metric.VERDICTS_CHANGED, outcome(now.verdict()));
    log.warn(
        "verdict changed: content={} before={} now={} epoch={}",
        now.content(),
        before.verdict(),
        now.verdict(),
        now.epoch());
    append(
        EventKind.VERDICT_REVOKED,
        0,
        now.content(),
        now.verdict().toString(),
        "was " + before.verdict() + " under epoch " + before.epoch());
    ledger
        .exposures()
        .whoHas(now.content().hash())
        .thenAccept(exposures -> tell(exposures, now))
        .exceptionally(failure -> {
          // Too many are told rather than one too few.
          log.error("exposures not read: content={}", now.content(), failure);
          push.toDomain(now.domain(), revocation(now));
          return null;
        });
  }

  private void tell(List<Exposure> exposures, StoredVerdict now) {
    if (mayMiss(exposures)) {
      push.toDomain(now.domain(), revocation(now));
      return;
    }
    exposures.stream()
        .filter(exposure -> exposure.domain() == now.domain())
        .map(Exposure::guest)
        .distinct()
        .forEach(guest -> push.toGuest(guest, revocation(now)));
  }

  /** Whether somebody may have it of whom the ledger does not know. */
  private boolean mayMiss(List<Exposure> exposures) {
    return ledger.exposures().hasGaps(grace) || exposures.size() >= ledger.exposures().perContent();
  }

  private static Message revocation(StoredVerdict now) {
    return new Message.Revoked(List.of(Revocations.of(now)));
  }

  private static String outcome(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Clean _ -> "clean";
      case Verdict.Infected _ -> "infected";
      case Verdict.Incomplete _ -> "incomplete";
    };
  }

  private void append(EventKind kind, long guest, ContentKey content, String what, String detail) {
    Event event =
        new Event(
            0,
            clock.instant(),
            kind,
            guest,
            Optional.empty(),
            Optional.of(content),
            what,
            "",
            "",
            detail);
    ledger
        .events()
        .append(event)
        .exceptionally(failure -> {
          log.error("event not stored: {}", event, failure);
          return null;
        });
  }
}
