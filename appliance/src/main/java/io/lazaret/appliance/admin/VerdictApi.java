// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.ledger.Event;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.Exposure;
import io.lazaret.appliance.ledger.GuestRow;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.Verdict;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Verdicts and threats, and who has what. */
final class VerdictApi {
  private static final int PRESET = 100;
  private static final int MOST = 10_000;

  private final Ledger ledger;
  private final Guests guests;
  private final InstantSource clock;
  private final Optional<Controls> controls;

  VerdictApi(Ledger ledger, Guests guests, InstantSource clock, Optional<Controls> controls) {
    this.ledger = ledger;
    this.guests = guests;
    this.clock = clock;
    this.controls = controls;
  }

  CompletableFuture<ApiAnswer> newest(ApiRequest request) {
    int limit = request.number("limit", PRESET, 1, MOST);
    return ledger
        .verdicts()
        .infected(limit)
        .thenCombine(
            ledger.verdicts().recent(limit),
            (infected, others) -> {
              List<StoredVerdict> all = new ArrayList<>(infected);
              all.addAll(others);
              all.sort(Comparator.comparing(StoredVerdict::judgedAt).reversed());
              return verdicts(all.subList(0, Math.min(limit, all.size())));
            });
  }

  CompletableFuture<ApiAnswer> show(ApiRequest request) {
    ContentHash hash = hash(request.part(1));
    return ledger.verdicts().find(hash).thenApply(VerdictApi::verdicts);
  }

  CompletableFuture<ApiAnswer> forget(ApiRequest request) {
    ContentHash hash = hash(request.part(1));
    return ledger
        .verdicts()
        .find(hash)
        .thenCompose(known -> ledger.verdicts().remove(hash).thenApply(ignored -> known))
        .thenCompose(known -> forgotten(hash, known));
  }

  private CompletableFuture<ApiAnswer> forgotten(ContentHash hash, List<StoredVerdict> known) {
    for (StoredVerdict verdict : known) {
      controls.ifPresent(running -> running.forget(verdict.domain(), verdict.content()));
    }
    Event event = Event.of(clock.instant(), EventKind.VERDICT_FORGOTTEN, 0, hash.toString(), "");
    return ledger
        .events()
        .append(event)
        .thenApply(ignored -> ApiAnswer.ok(ApiAnswer.object().put("forgotten", known.size())));
  }

  CompletableFuture<ApiAnswer> threats(ApiRequest request) {
    int limit = request.number("limit", PRESET, 1, MOST);
    return ledger.verdicts().infected(limit).thenApply(VerdictApi::verdicts);
  }

  CompletableFuture<ApiAnswer> threat(ApiRequest request) {
    ContentHash hash = hash(request.part(1));
    return ledger
        .verdicts()
        .find(hash)
        .thenCombine(ledger.exposures().whoHas(hash), Found::new)
        .thenCombine(guests.list(), VerdictApi::threat);
  }

  private static ApiAnswer threat(Found found, List<GuestRow> guests) {
    Map<Long, String> names =
        guests.stream().collect(Collectors.toMap(GuestRow::id, GuestRow::name));
    ObjectNode body = ApiAnswer.object();
    ArrayNode verdicts = body.putArray("verdicts");
    found.verdicts().forEach(verdict -> verdicts.add(verdict(verdict)));
    ArrayNode exposures = body.putArray("guests");
    for (Exposure exposure : found.exposures()) {
      exposures
          .addObject()
          .put("guest", names.getOrDefault(exposure.guest(), "number " + exposure.guest()))
          .put("path", exposure.path())
          .put("first", exposure.first().toString())
          .put("last", exposure.last().toString());
    }
    return ApiAnswer.ok(body);
  }

  private static ApiAnswer verdicts(List<StoredVerdict> verdicts) {
    return ApiAnswer.list(verdicts.stream().map(VerdictApi::verdict).toList());
  }

  private static ObjectNode verdict(StoredVerdict stored) {
    ObjectNode node =
        ApiAnswer.object()
            .put("hash", stored.content().hash().toString())
            .put("length", stored.content().length())
            .put("domain", stored.domain());
    switch (stored.verdict()) {
      case Verdict.Clean ignored -> node.put("verdict", "clean");
      case Verdict.Infected infected ->
          node.put("verdict", "infected").put("threat", infected.threat());
      case Verdict.Incomplete incomplete ->
          node.put("verdict", "incomplete")
              .put("reason", incomplete.reason().name().toLowerCase(Locale.ROOT));
    }
    return node.put("epoch", stored.epoch()).put("judged", stored.judgedAt().toString());
  }

  private static ContentHash hash(String text) {
    return ContentHash.parse(text.toLowerCase(Locale.ROOT));
  }

  private record Found(List<StoredVerdict> verdicts, List<Exposure> exposures) {}
}
