// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lazaret.appliance.engine.EngineStatus;
import io.lazaret.appliance.engine.SignatureChange;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.ledger.Event;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.EventQuery;
import io.lazaret.appliance.ledger.GuestRow;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Lane;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** How the appliance is, what happened, what it scans with. */
final class StatusApi {
  private static final int PRESET = 100;

  private final Ledger ledger;
  private final Guests guests;
  private final Metrics metrics;
  private final Optional<Controls> controls;

  StatusApi(Ledger ledger, Guests guests, Metrics metrics, Optional<Controls> controls) {
    this.ledger = ledger;
    this.guests = guests;
    this.metrics = metrics;
    this.controls = controls;
  }

  CompletableFuture<ApiAnswer> status() {
    if (controls.isEmpty()) {
      return AdminApi.notRunning();
    }
    ObjectNode body = ApiAnswer.object().put("sessions", controls.get().sessions().size());
    body.setAll(engine(controls.get().engine()));
    return AdminApi.done(ApiAnswer.ok(body));
  }

  CompletableFuture<ApiAnswer> scans() {
    if (controls.isEmpty()) {
      return AdminApi.notRunning();
    }
    List<ObjectNode> rows = new ArrayList<>();
    rows.add(
        ApiAnswer.object()
            .put("state", "running")
            .put("scans", (long) metrics.value(Metric.SCANS_RUNNING)));
    for (Lane lane : Lane.values()) {
      String label = lane.name().toLowerCase(Locale.ROOT);
      rows.add(
          ApiAnswer.object()
              .put("state", "waiting")
              .put("lane", label)
              .put("scans", (long) metrics.value(Metric.QUEUE_DEPTH, label)));
    }
    return AdminApi.done(ApiAnswer.list(rows));
  }

  CompletableFuture<ApiAnswer> signatures() {
    return controls.isEmpty()
        ? AdminApi.notRunning()
        : AdminApi.done(ApiAnswer.ok(engine(controls.get().engine())));
  }

  CompletableFuture<ApiAnswer> changeSignatures(ApiRequest request) {
    if (controls.isEmpty()) {
      return AdminApi.notRunning();
    }
    CompletableFuture<SignatureChange> change =
        switch (request.part(1)) {
          case "reload" -> controls.get().reload();
          case "rollback" -> controls.get().rollback();
          default ->
              throw new IllegalArgumentException(
                  "change: " + request.part(1) + " (expected: reload or rollback)");
        };
    return change.thenApply(done ->
        switch (done) {
          case SignatureChange.Applied applied ->
              ApiAnswer.ok(ApiAnswer.object().put("generation", applied.generation()));
          case SignatureChange.Unchanged ignored ->
              ApiAnswer.ok(ApiAnswer.object().put("unchanged", true));
          case SignatureChange.Rejected rejected -> ApiAnswer.error(409, rejected.problem());
        });
  }

  CompletableFuture<ApiAnswer> events(ApiRequest request) {
    Set<EventKind> kinds =
        request
            .value("kind")
            .map(text ->
                Arrays.stream(text.split(",")).map(StatusApi::kind).collect(Collectors.toSet()))
            .orElse(Set.of());
    int limit = request.number("limit", PRESET, 1, EventQuery.MOST);
    long before = request.longNumber("before", Long.MAX_VALUE);
    Instant since =
        request
            .value("since")
            .map(text ->
                text.contains("T")
                    ? Instant.parse(text)
                    : Instant.now().minus(request.duration("since", java.time.Duration.ZERO)))
            .orElse(Instant.EPOCH);
    return guests
        .list()
        .thenCompose(rows -> {
          long guest = request.value("guest").map(name -> number(rows, name)).orElse(0L);
          EventQuery query = new EventQuery(kinds, guest, since, before, limit);
          Map<Long, String> names =
              rows.stream().collect(Collectors.toMap(GuestRow::id, GuestRow::name));
          return ledger
              .events()
              .list(query)
              .thenApply(events ->
                  ApiAnswer.list(events.stream().map(event -> event(event, names)).toList()));
        });
  }

  private static EventKind kind(String text) {
    try {
      return EventKind.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "kind: " + text + " (expected: of " + Arrays.toString(EventKind.values()) + ")", e);
    }
  }

  private static long number(List<GuestRow> rows, String name) {
    return rows.stream()
        .filter(row -> row.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("guest: " + name + " (unknown)"))
        .id();
  }

  private static ObjectNode event(Event event, Map<Long, String> names) {
    ObjectNode node =
        ApiAnswer.object()
            .put("number", event.id())
            .put("at", event.at().toString())
            .put("kind", event.kind().name().toLowerCase(Locale.ROOT))
            .put("guest", names.getOrDefault(event.guest(), ""))
            .put("what", event.what())
            .put("path", event.path())
            .put("process", event.process())
            .put("detail", event.detail());
    event.claimed().ifPresent(at -> node.put("claimed", at.toString()));
    event
        .content()
        .ifPresent(key -> node.put("hash", key.hash().toString()).put("length", key.length()));
    return node;
  }

  private static ObjectNode engine(EngineStatus status) {
    ObjectNode node =
        ApiAnswer.object()
            .put("ready", status.ready())
            .put("epoch", status.epoch())
            .put("version", status.version())
            .put("generation", status.generation())
            .put("problem", status.problem());
    if (status.signaturesAt() != null) {
      node.put("signatures", status.signaturesAt().toString());
    }
    if (status.selfTestAt() != null) {
      node.put("selfTest", status.selfTestAt().toString());
    }
    return node;
  }
}
