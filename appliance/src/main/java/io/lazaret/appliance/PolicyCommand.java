// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.Api;
import io.lazaret.appliance.admin.ApiAnswer;
import io.lazaret.appliance.admin.ApiException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Policies: what guests' agents are to do. */
@Command(
    name = "policy",
    description = "Set, show, check, list and remove the policies of guests.",
    mixinStandardHelpOptions = true,
    subcommands = {
      PolicyCommand.Assign.class,
      PolicyCommand.Show.class,
      PolicyCommand.Check.class,
      PolicyCommand.All.class,
      PolicyCommand.Remove.class
    })
final class PolicyCommand {
  private PolicyCommand() {}

  /** Whom it is for; nothing means everybody for whom there is nothing narrower. */
  static final class Scope {
    @Option(names = "--guest", paramLabel = "NAME", description = "Of one guest.")
    private String guest = "";

    @Option(names = "--tenant", paramLabel = "NAME", description = "Of one tenant's guests.")
    private String tenant = "";

    Map<String, String> values() {
      Map<String, String> values = new HashMap<>();
      values.put("guest", guest);
      values.put("tenant", tenant);
      values.put("by", System.getProperty("user.name", "unknown"));
      return values;
    }
  }

  /** Sets one. */
  @Command(
      name = "set",
      description = "Set the policy in a file; connected guests have it at once.")
  static final class Assign extends OperatorCommand {
    @Parameters(paramLabel = "FILE", description = "HOCON with keys of agent.conf and locked.")
    private Path file = Path.of("");

    @Mixin private Scope scope = new Scope();

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException, SettingsException {
      Map<String, String> values = scope.values();
      values.put("document", PolicyFile.read(file).text());
      return get(api, "POST", "/policies", values);
    }

    @Override
    String show(ApiAnswer answer) {
      return "policy of " + answer.text("scope") + ": version " + answer.text("version");
    }
  }

  /** Shows one. */
  @Command(
      name = "show",
      description = "Show a policy; with --guest the one that counts for that guest.")
  static final class Show extends OperatorCommand {
    @Mixin private Scope scope = new Scope();

    @Option(names = "--version-number", paramLabel = "N", description = "One version, also an old.")
    private long version;

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return version > 0
          ? get(api, "GET", "/policies/" + version, Map.of())
          : get(api, "GET", "/policies/effective", scope.values());
    }

    @Override
    String show(ApiAnswer answer) {
      String name = answer.text("name");
      return "# version "
          + answer.text("version")
          + ", "
          + answer.text("scope")
          + (name.isEmpty() ? "" : " " + name)
          + ", "
          + answer.text("at")
          + " by "
          + answer.text("by")
          + "\n"
          + answer.lines("document");
    }
  }

  /** Checks one. */
  @Command(
      name = "check",
      description = "Check a policy and print what guests would be sent; changes nothing.",
      mixinStandardHelpOptions = true)
  static final class Check implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The policy.")
    private Path file = Path.of("");

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws SettingsException {
      spec.commandLine().getOut().print(PolicyFile.read(file).text());
      spec.commandLine().getOut().flush();
      return 0;
    }
  }

  /** Lists all. */
  @Command(name = "list", description = "List the policies that are set.")
  static final class All extends OperatorCommand {
    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "GET", "/policies", Map.of());
    }

    @Override
    String show(ApiAnswer answer) {
      return answer.table("version", "scope", "name", "bytes", "at", "by");
    }
  }

  /** Removes one. */
  @Command(
      name = "remove",
      description = "Remove a policy; guests then have the tenant's, the default or none.")
  static final class Remove extends OperatorCommand {
    @Mixin private Scope scope = new Scope();

    @Override
    ApiAnswer ask(Api api) throws ApiException, CommandException {
      return get(api, "DELETE", "/policies", scope.values());
    }

    @Override
    String show(ApiAnswer answer) {
      return "removed: policy of " + answer.text("removed");
    }
  }
}
