// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lazaret.appliance.metrics.Costs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** What costs most. */
final class TopApi {
  private static final int PRESET = 20;
  private static final int MOST = 500;

  private final Optional<Controls> controls;

  TopApi(Optional<Controls> controls) {
    this.controls = controls;
  }

  CompletableFuture<ApiAnswer> top(ApiRequest request) {
    if (controls.isEmpty()) {
      return AdminApi.notRunning();
    }
    Costs.Kind kind = constant("what", request.part(1), Costs.Kind.values());
    Costs.Cost cost = constant("by", request.value("by").orElse("asks"), Costs.Cost.values());
    int limit = request.number("limit", PRESET, 1, MOST);
    Costs.Top top = controls.get().costs().top(kind, cost, limit);
    List<ObjectNode> rows = new ArrayList<>();
    for (Costs.Hit hit : top.hits()) {
      ObjectNode row = ApiAnswer.object();
      put(row, field(cost), cost, hit.cost());
      row.put("share", percent(hit.cost(), top.total()));
      if (kind == Costs.Kind.FILES) {
        row.put("hash", hit.key()).put("path", hit.name());
      } else {
        row.put(kind == Costs.Kind.GUESTS ? "guest" : "process", hit.key());
      }
      rows.add(row);
    }
    ApiAnswer list = ApiAnswer.list(rows);
    list.body().put("since", top.since().toString());
    put(list.body(), "total", cost, top.total());
    put(list.body(), "error", cost, top.error());
    return AdminApi.done(list);
  }

  private static String field(Costs.Cost cost) {
    return switch (cost) {
      case ASKS -> "asks";
      case BYTES -> "bytes";
      case SCAN_TIME -> "seconds";
    };
  }

  private static void put(ObjectNode node, String name, Costs.Cost cost, long amount) {
    switch (cost) {
      case ASKS, BYTES -> node.put(name, amount);
      case SCAN_TIME -> node.put(name, Math.round(amount / 1e6) / 1e3);
    }
  }

  private static String percent(long part, long total) {
    return String.format(Locale.ROOT, "%.1f%%", total == 0 ? 0 : 100.0 * part / total);
  }

  private static <E extends Enum<E>> E constant(String field, String text, E[] known) {
    return Arrays.stream(known)
        .filter(constant -> word(constant).equals(text))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                field
                    + ": "
                    + text
                    + " (expected: one of "
                    + Arrays.stream(known).map(TopApi::word).collect(Collectors.joining(", "))
                    + ")"));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
