// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.ledger.Event;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.EventQuery;
import io.lazaret.appliance.ledger.Exposure;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.Verdict;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the books in the ledger, and tells those who have a file when its verdict changes. */
public final class LedgerFindings implements Findings {
  private static final Logger log = LoggerFactory.getLogger(LedgerFindings.class);

  private static final int MISSED_AT_MOST = 200;

  private final Ledger ledger;
  private final Push push;
  private final Metrics metrics;
  private final InstantSource clock;

  public LedgerFindings(Ledger ledger, Push push, Metrics metrics, InstantSource clock) {
    this.ledger = ledger;
    this.push = push;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Override
  public void told(Guest guest, Access access, Verdict verdict) {
    ledger
        .exposures()
        .note(guest.tenant().domain(), access.content().hash(), guest.id(), access.path());
  }

  @Override
  public void lied(Guest guest, ContentKey content, Refusal code) {
    String label = code.name().toLowerCase(Locale.ROOT);
    metrics.count(Metric.GUESTS_FLAGGED, label);
    log.warn("guest flagged: guest={} code={} content={}", guest.name(), code, content);
    append(EventKind.GUEST_FLAGGED, guest.id(), content, label, "sent other bytes than it named");
  }

  @Override
  public void changed(StoredVerdict before, StoredVerdict now) {
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

  @Override
  public CompletableFuture<List<Revocation>> missed(Guest guest, Duration time) {
    EventQuery query =
        new EventQuery(
            Set.of(EventKind.VERDICT_REVOKED),
            0,
            clock.instant().minus(time),
            Long.MAX_VALUE,
            MISSED_AT_MOST);
    return ledger
        .events()
        .list(query)
        .thenCompose(events -> {
          List<CompletableFuture<Optional<Revocation>>> each =
              events.stream()
                  .flatMap(event -> event.content().stream())
                  .distinct()
                  .map(content -> missed(guest, content))
                  .toList();
          return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
              .thenApply(all -> each.stream().flatMap(one -> one.join().stream()).toList());
        });
  }

  private CompletableFuture<Optional<Revocation>> missed(Guest guest, ContentKey content) {
    int domain = guest.tenant().domain();
    return ledger
        .exposures()
        .whoHas(content.hash())
        .thenCombine(
            ledger.verdicts().find(domain, content),
            (exposures, now) ->
                exposures.stream()
                        .anyMatch(one -> one.guest() == guest.id() && one.domain() == domain)
                    ? now.map(v -> new Revocation(content, v.verdict(), v.epoch()))
                    : Optional.empty());
  }

  private void tell(List<Exposure> exposures, StoredVerdict now) {
    exposures.stream()
        .filter(exposure -> exposure.domain() == now.domain())
        .map(Exposure::guest)
        .distinct()
        .forEach(guest -> push.toGuest(guest, revocation(now)));
  }

  private static Message revocation(StoredVerdict now) {
    return new Message.Revoked(List.of(new Revocation(now.content(), now.verdict(), now.epoch())));
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
