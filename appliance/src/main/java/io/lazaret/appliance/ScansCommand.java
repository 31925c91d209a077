// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.Api;
import io.lazaret.appliance.admin.ApiAnswer;
import io.lazaret.appliance.admin.ApiException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the engine does now, and the scans that guests were ordered to make. */
@Command(
    name = "scans",
    description = "Show how many scans run and wait; order scans of guests' files.",
    subcommands = {
      ScansCommand.Order.class,
      ScansCommand.Orders.class,
      ScansCommand.Show.class,
      ScansCommand.Cancel.class
    })
final class ScansCommand extends OperatorCommand {
  @Override
  ApiAnswer ask(Api api) throws ApiException, CommandException {
    return get(api, "GET", "/scans", Map.of());
  }

  @Override
  String show(ApiAnswer answer) {
    return answer.table("state", "lane", "scans");
  }

  /** Orders one. */
  @Command(
      name = "order",
      description = "Have guests scan paths; who is away does it when it is back.")
  static final class Order extends OperatorCommand {
    @Parameters(
        paramLabel = "PATH",
        arity = "1..*",
        description = "Files and folders in the guest.")
    private List<String> paths = List.of();

    @Mixin private PolicyCommand.Scope scope = new PolicyCommand.Scope();

    @Option(names = "--all", description = "All guests.")
    private boolean all;

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      Map<String, String> values = scope.values();
      values.put("all", Boolean.toString(all));
      values.put("paths", String.join("\n", paths));
      return get(api, "POST", "/scans", values);
    }

    @Override
    String show(ApiAnswer answer) {
      return "order " + answer.text("order");
    }
  }

  /** Lists orders. */
  @Command(name = "list", description = "List the ordered scans, the newest first.")
  static final class Orders extends OperatorCommand {
    @Option(names = "--limit", paramLabel = "N", description = "At most so many.")
    private int limit = 50;

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "GET", "/scans/orders", Map.of("limit", Integer.toString(limit)));
    }

    @Override
    String show(ApiAnswer answer) {
      return answer.table(
          "order",
          "at",
          "guests",
          "waiting",
          "running",
          "finished",
          "cancelled",
          "infected",
          "paths");
    }
  }

  /** Shows one. */
  @Command(name = "show", description = "Show how far each guest is with an ordered scan.")
  static final class Show extends OperatorCommand {
    @Parameters(paramLabel = "ORDER", description = "Its number.")
    private String order = "";

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "GET", "/scans/orders/" + order, Map.of());
    }

    @Override
    String show(ApiAnswer answer) {
      return answer.table("guest", "state", "files", "bytes", "infected", "at");
    }
  }

  /** Cancels one. */
  @Command(name = "cancel", description = "Cancel what is not finished of an ordered scan.")
  static final class Cancel extends OperatorCommand {
    @Parameters(paramLabel = "ORDER", description = "Its number.")
    private String order = "";

    @Option(names = "--guest", paramLabel = "NAME", description = "For this guest only.")
    private String guest = "";

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      Map<String, String> values = new HashMap<>();
      values.put("guest", guest);
      values.put("by", System.getProperty("user.name", "unknown"));
      return get(api, "DELETE", "/scans/orders/" + order, values);
    }

    @Override
    String show(ApiAnswer answer) {
      return "cancelled: " + answer.text("cancelled");
    }
  }
}
