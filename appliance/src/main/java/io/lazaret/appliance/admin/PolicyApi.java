// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lazaret.appliance.fleet.Policies;
import io.lazaret.appliance.fleet.PolicyScope;
import io.lazaret.appliance.fleet.PolicyState;
import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.ledger.PolicyRow;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Policies: what is set, and what each guest has of it. */
final class PolicyApi {
  private final Policies policies;
  private final Guests guests;

  PolicyApi(Policies policies, Guests guests) {
    this.policies = policies;
    this.guests = guests;
  }

  CompletableFuture<ApiAnswer> list() {
    List<ObjectNode> rows = policies.list().stream().map(PolicyApi::row).toList();
    return AdminApi.done(ApiAnswer.list(rows));
  }

  /** Of exactly this scope; for a guest, the one that it should have, wherever that comes from. */
  CompletableFuture<ApiAnswer> show(ApiRequest request) {
    PolicyScope scope = scope(request);
    Optional<PolicyRow> policy =
        scope.kind() == PolicyScope.Kind.GUEST
            ? policies.effective(guest(scope.name()))
            : policies.of(scope);
    return AdminApi.done(
        policy
            .map(PolicyApi::whole)
            .orElseGet(() -> ApiAnswer.error(404, "policy: none for " + scope)));
  }

  CompletableFuture<ApiAnswer> version(ApiRequest request) {
    String version = request.part(1);
    if (!version.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException("version: " + version + " (expected: its number)");
    }
    return policies
        .version(Long.parseLong(version))
        .thenApply(row ->
            row.map(PolicyApi::whole)
                .orElseGet(
                    () -> ApiAnswer.error(404, "policy: version " + version + " (unknown)")));
  }

  CompletableFuture<ApiAnswer> set(ApiRequest request) {
    PolicyScope scope = scope(request);
    String document =
        request
            .value("document")
            .orElseThrow(() -> new IllegalArgumentException("document: missing"));
    return policies
        .set(scope, document, by(request))
        .thenApply(version ->
            ApiAnswer.ok(
                ApiAnswer.object().put("version", version).put("scope", scope.toString())));
  }

  CompletableFuture<ApiAnswer> remove(ApiRequest request) {
    PolicyScope scope = scope(request);
    return policies
        .remove(scope, by(request))
        .thenApply(found ->
            found
                ? ApiAnswer.ok(ApiAnswer.object().put("removed", scope.toString()))
                : ApiAnswer.error(404, "policy: none for " + scope));
  }

  /** Adds to what is shown of a guest which policy it should have and which it has. */
  void describe(long id, ObjectNode node) {
    Optional<Guest> guest = guests.find(id);
    if (guest.isEmpty()) {
      return;
    }
    long wanted = policies.effective(guest.get()).map(PolicyRow::version).orElse(0L);
    PolicyState state = policies.state(id);
    String inForce = state.inForce() < 0 ? "unknown" : name(state.inForce());
    node.put("policy", name(wanted)).put("policyInForce", inForce);
    if (state.refused() != 0) {
      node.put("policyRefused", state.refused()).put("policyProblem", state.reason());
    }
  }

  private static String name(long version) {
    return version == 0 ? "none" : Long.toString(version);
  }

  private Guest guest(String name) {
    return guests.all().stream()
        .filter(guest -> guest.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("guest: " + name + " (unknown)"));
  }

  static PolicyScope scope(ApiRequest request) {
    return PolicyScope.of(request.value("guest"), request.value("tenant"));
  }

  static String by(ApiRequest request) {
    String by = request.value("by").orElse("unknown").replaceAll("\\p{Cc}", "?");
    return by.length() <= 64 ? by : by.substring(0, 64);
  }

  private static ApiAnswer whole(PolicyRow row) {
    return ApiAnswer.ok(row(row).put("document", row.document()));
  }

  private static ObjectNode row(PolicyRow row) {
    return ApiAnswer.object()
        .put("version", row.version())
        .put("scope", row.scope().toLowerCase(Locale.ROOT))
        .put("name", row.name())
        .put("bytes", row.document().length())
        .put("at", row.at().toString())
        .put("by", row.by());
  }
}
