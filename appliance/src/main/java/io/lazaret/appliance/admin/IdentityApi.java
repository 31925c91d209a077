// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lazaret.appliance.identity.EnrolmentTokens;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.identity.Tenant;
import io.lazaret.appliance.ledger.GuestRow;
import io.lazaret.appliance.ledger.TokenRow;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tokens and guests. */
final class IdentityApi {
  private final Guests guests;
  private final EnrolmentTokens tokens;
  private final PolicyApi policies;
  private final Optional<Controls> controls;

  IdentityApi(
      Guests guests, EnrolmentTokens tokens, PolicyApi policies, Optional<Controls> controls) {
    this.guests = guests;
    this.tokens = tokens;
    this.policies = policies;
    this.controls = controls;
  }

  CompletableFuture<ApiAnswer> tokens() {
    return tokens
        .list()
        .thenApply(rows -> ApiAnswer.list(rows.stream().map(IdentityApi::token).toList()));
  }

  CompletableFuture<ApiAnswer> createToken(ApiRequest request) {
    boolean template = request.value("template").filter("true"::equals).isPresent();
    int uses = template ? EnrolmentTokens.TEMPLATE_USES : 1;
    return tokens
        .create(
            request.value("tenant").orElse(Tenant.DEFAULT),
            request.value("guest"),
            request.duration("valid", Duration.ofHours(1)),
            uses)
        .thenApply(token ->
            token.isEmpty()
                ? ApiAnswer.error(409, "guest: belongs to another tenant")
                : ApiAnswer.ok(ApiAnswer.object().put("token", token.get().text())));
  }

  CompletableFuture<ApiAnswer> revokeToken(ApiRequest request) {
    String id = request.part(1);
    if (!id.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException("token: " + id + " (expected: its number)");
    }
    return tokens
        .revoke(Long.parseLong(id))
        .thenApply(revoked ->
            revoked
                ? ApiAnswer.ok(ApiAnswer.object().put("revoked", Long.parseLong(id)))
                : ApiAnswer.error(404, "token: " + id + " (expected: one that is not revoked)"));
  }

  CompletableFuture<ApiAnswer> guests() {
    Map<Long, Controls.LiveSession> live = live();
    return guests
        .list()
        .thenApply(rows ->
            ApiAnswer.list(rows.stream().map(row -> guest(row, live.get(row.id()))).toList()));
  }

  CompletableFuture<ApiAnswer> guest(ApiRequest request) {
    return withGuest(
        request.part(1),
        row -> {
          ObjectNode node = guest(row, live().get(row.id()));
          guests
              .certificateEnds(row.id())
              .ifPresent(end -> node.put("certificate", end.toString()));
          Map<String, Long> figures =
              controls.map(running -> running.figures(row.id())).orElse(Map.of());
          if (!figures.isEmpty()) {
            ObjectNode said = node.putObject("figures");
            figures.forEach(said::put);
          }
          return AdminApi.done(ApiAnswer.ok(node));
        });
  }

  CompletableFuture<ApiAnswer> revokeGuest(ApiRequest request) {
    return withGuest(
        request.part(1),
        row ->
            guests
                .revoke(row.id(), "by an operator")
                .thenApply(found -> ApiAnswer.ok(ApiAnswer.object().put("revoked", row.name()))));
  }

  private CompletableFuture<ApiAnswer> withGuest(
      String name, Function<GuestRow, CompletableFuture<ApiAnswer>> work) {
    return guests
        .list()
        .thenCompose(rows ->
            rows.stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .map(work)
                .orElseGet(
                    () -> AdminApi.done(ApiAnswer.error(404, "guest: " + name + " (unknown)"))));
  }

  private Map<Long, Controls.LiveSession> live() {
    Map<Long, Controls.LiveSession> live = new HashMap<>();
    List<Controls.LiveSession> sessions = controls.map(Controls::sessions).orElse(List.of());
    sessions.forEach(session -> live.put(session.guest(), session));
    return live;
  }

  private ObjectNode guest(GuestRow row, Controls.@Nullable LiveSession session) {
    ObjectNode node =
        ApiAnswer.object()
            .put("name", row.name())
            .put("tenant", row.tenantName())
            .put("number", row.id())
            .put("enrolled", row.enrolled().toString());
    row.revoked().ifPresent(at -> node.put("revoked", at.toString()));
    String state = row.revoked().isPresent() ? "revoked" : session == null ? "away" : "connected";
    node.put("state", state);
    if (session != null) {
      node.put("address", session.address())
          .put("software", session.software())
          .put("since", session.since().toString());
    }
    policies.describe(row.id(), node);
    return node;
  }

  private static ObjectNode token(TokenRow row) {
    ObjectNode node =
        ApiAnswer.object()
            .put("number", row.id())
            .put("tenant", row.tenant())
            .put("made", row.made().toString())
            .put("expires", row.expires().toString())
            .put("used", row.used())
            .put("uses", row.uses() == EnrolmentTokens.TEMPLATE_USES ? "many" : "" + row.uses());
    row.guest().ifPresent(guest -> node.put("guest", guest));
    row.revoked().ifPresent(at -> node.put("revoked", at.toString()));
    return node;
  }
}
