// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lazaret.appliance.fleet.PolicyScope;
import io.lazaret.appliance.fleet.ScanOrders;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.ledger.GuestRow;
import io.lazaret.appliance.ledger.ScanOrderRow;
import io.lazaret.appliance.ledger.ScanTargetRow;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Scans that operators order. */
final class ScanApi {
  private static final int PRESET = 50;

  private final ScanOrders orders;
  private final Guests guests;

  ScanApi(ScanOrders orders, Guests guests) {
    this.orders = orders;
    this.guests = guests;
  }

  CompletableFuture<ApiAnswer> order(ApiRequest request) {
    PolicyScope scope = PolicyApi.scope(request);
    boolean all = request.value("all").filter("true"::equals).isPresent();
    if (all != (scope.kind() == PolicyScope.Kind.DEFAULT)) {
      throw new IllegalArgumentException("scope: (expected: a guest, a tenant or all)");
    }
    List<String> paths =
        request.value("paths").map(text -> Arrays.asList(text.split("\n"))).orElse(List.of());
    return orders
        .order(paths, scope, PolicyApi.by(request))
        .thenApply(row -> ApiAnswer.ok(ApiAnswer.object().put("order", row.number())));
  }

  CompletableFuture<ApiAnswer> list(ApiRequest request) {
    return orders
        .newest(request.number("limit", PRESET, 1, 1_000))
        .thenCompose(rows -> {
          List<CompletableFuture<ObjectNode>> summed = rows.stream().map(this::summed).toList();
          return CompletableFuture.allOf(summed.toArray(CompletableFuture[]::new))
              .thenApply(
                  _ -> ApiAnswer.list(summed.stream().map(CompletableFuture::join).toList()));
        });
  }

  CompletableFuture<ApiAnswer> show(ApiRequest request) {
    long number = number(request);
    return orders
        .find(number)
        .thenCompose(found ->
            found.isEmpty()
                ? AdminApi.done(ApiAnswer.error(404, "order: " + number + " (unknown)"))
                : orders
                    .targets(number)
                    .thenCombine(guests.list(), (targets, names) -> whole(targets, names)));
  }

  CompletableFuture<ApiAnswer> cancel(ApiRequest request) {
    long number = number(request);
    return guests
        .list()
        .thenApply(rows -> {
          Optional<Long> guest =
              request
                  .value("guest")
                  .map(name ->
                      rows.stream()
                          .filter(row -> row.name().equals(name))
                          .findFirst()
                          .orElseThrow(
                              () -> new IllegalArgumentException("guest: " + name + " (unknown)"))
                          .id());
          int cancelled = orders.cancel(number, guest, PolicyApi.by(request));
          return cancelled == 0
              ? ApiAnswer.error(404, "order: " + number + " (expected: one that is open)")
              : ApiAnswer.ok(ApiAnswer.object().put("cancelled", cancelled));
        });
  }

  private CompletableFuture<ObjectNode> summed(ScanOrderRow row) {
    return orders
        .targets(row.number())
        .thenApply(targets -> {
          Map<String, Long> states =
              targets.stream()
                  .collect(Collectors.groupingBy(ScanTargetRow::state, Collectors.counting()));
          ObjectNode node =
              ApiAnswer.object()
                  .put("order", row.number())
                  .put("at", row.at().toString())
                  .put("by", row.by())
                  .put("paths", String.join(" ", row.paths()))
                  .put("guests", targets.size());
          for (String state : List.of("waiting", "running", "finished", "cancelled")) {
            node.put(state, states.getOrDefault(state, 0L));
          }
          return node.put("infected", targets.stream().mapToLong(ScanTargetRow::infected).sum());
        });
  }

  private static ApiAnswer whole(List<ScanTargetRow> targets, List<GuestRow> guests) {
    Map<Long, String> names =
        guests.stream().collect(Collectors.toMap(GuestRow::id, GuestRow::name));
    return ApiAnswer.list(
        targets.stream()
            .map(target ->
                ApiAnswer.object()
                    .put("guest", names.getOrDefault(target.guest(), ""))
                    .put("state", target.state())
                    .put("files", target.files())
                    .put("bytes", target.bytes())
                    .put("infected", target.infected())
                    .put("at", target.at().toString()))
            .toList());
  }

  private static long number(ApiRequest request) {
    String number = request.part(2);
    if (!request.part(1).equals("orders") || !number.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException("order: " + number + " (expected: its number)");
    }
    return Long.parseLong(number);
  }
}
