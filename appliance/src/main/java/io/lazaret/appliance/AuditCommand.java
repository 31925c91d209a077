// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.Api;
import io.lazaret.appliance.admin.ApiAnswer;
import io.lazaret.appliance.admin.ApiException;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What happened. */
@Command(name = "audit", description = "List events, the newest first.")
final class AuditCommand extends OperatorCommand {
  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "Only these, such as detection,debt,enrolled,revoked.")
  private String kind = "";

  @Option(names = "--guest", paramLabel = "NAME", description = "Only of this guest.")
  private String guest = "";

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only after this: 2026-11-01T00:00:00Z, or 24h for the last day.")
  private String since = "";

  @Option(
      names = "--limit",
      paramLabel = "NUMBER",
      description = "Most events (default: ${DEFAULT-VALUE}).")
  private int limit = 100;

  @Override
  ApiAnswer ask(Api api) throws ApiException, CommandException {
    Map<String, String> values = new HashMap<>();
    values.put("kind", kind);
    values.put("guest", guest);
    values.put("since", since);
    values.put("limit", Integer.toString(limit));
    return get(api, "GET", "/events", values);
  }

  @Override
  String show(ApiAnswer answer) {
    return answer.table("at", "kind", "guest", "what", "path", "process", "detail");
  }
}
