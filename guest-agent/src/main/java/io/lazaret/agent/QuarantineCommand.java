// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.client.CurrentIdentity;
import io.lazaret.agent.client.IdentityFile;
import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.client.VerdictClient;
import io.lazaret.agent.client.VerdictSource;
import io.lazaret.agent.control.ControlClient;
import io.lazaret.agent.linux.Sha256;
import io.lazaret.agent.remedy.QuarantineDesk;
import io.lazaret.agent.remedy.QuarantineDesk.Kind;
import io.lazaret.agent.remedy.Workroom;
import io.lazaret.protocol.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarantine}: through the running agent, or without one by itself. */
@Command(
    name = QuarantineDesk.NAME,
    description =
        "What was taken away: list it, show it, restore it, delete it, ask about it again.",
    mixinStandardHelpOptions = true,
    subcommands = {
      QuarantineCommand.All.class,
      QuarantineCommand.Show.class,
      QuarantineCommand.Restore.class,
      QuarantineCommand.Delete.class,
      QuarantineCommand.Submit.class
    })
final class QuarantineCommand implements Callable<Integer> {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws CommandFailure {
    throw new CommandFailure(
        ExitCode.WRONG_USE, "quarantine: nothing to do (expected: one of " + names() + ")");
  }

  private String names() {
    return String.join(", ", spec.subcommands().keySet());
  }

  /** What all of them have. */
  abstract static class Question implements Callable<Integer> {
    @Option(names = "--json", description = "as JSON")
    private boolean json;

    @Mixin private ConfigOption config = new ConfigOption();
    @Spec private CommandSpec spec = CommandSpec.create();

    private final List<Map<String, String>> items = new ArrayList<>();
    private List<String> answer = List.of();

    abstract List<String> words() throws CommandFailure;

    /** Whether the appliance has to be asked. */
    boolean asks() {
      return false;
    }

    @Override
    public Integer call() throws Exception {
      AgentSettings settings = config.load();
      try {
        ask(settings);
      } catch (IOException failed) {
        throw new CommandFailure(ExitCode.COULD_NOT, Causes.sentence(failed));
      }
      if (answer.size() < 3) {
        throw new CommandFailure(ExitCode.COULD_NOT, "the agent gave no answer");
      }
      items.sort(Comparator.comparing(item -> item.getOrDefault("found", "")));
      print(spec.commandLine().getOut(), spec.commandLine().getErr());
      return exitCode();
    }

    private void ask(AgentSettings settings)
        throws IOException, InterruptedException, CommandFailure, SettingsException {
      if (ControlClient.answers(settings.controlSocket())) {
        List<String> words = new ArrayList<>(List.of(QuarantineDesk.NAME));
        words.addAll(words());
        try (ControlClient client = new ControlClient(settings.controlSocket())) {
          client.ask(words, this::row);
        }
      } else if (asks()) {
        settings.requireAppliance(config.file());
        askAlone(settings);
      } else {
        answer(
            settings,
            (access, content, deadline) ->
                new SourceAnswer.NoVerdict(Report.DebtReason.APPLIANCE_AWAY, "not asked"));
      }
    }

    private void askAlone(AgentSettings settings)
        throws IOException, InterruptedException, CommandFailure {
      VerdictClient client =
          VerdictClient.create(
              settings.client(),
              new CurrentIdentity(new IdentityFile(settings.identity())),
              Identification.greeting(),
              new OwnScan.Deaf(),
              Map::of);
      client.start();
      try {
        if (!client.awaitConnected(CONNECT)) {
          throw new CommandFailure(
              ExitCode.COULD_NOT, "no appliance can be reached: " + client.standing().detail());
        }
        answer(settings, client);
      } finally {
        client.stop();
      }
    }

    private void answer(AgentSettings settings, VerdictSource source)
        throws IOException, InterruptedException, CommandFailure {
      try (Workroom room = new Workroom(settings.remedy().vault())) {
        new QuarantineDesk(room, source, Sha256.fastest().digests()).ask(words(), this::row);
      }
    }

    private void row(List<String> row) {
      if (row.getFirst().equals(QuarantineDesk.ANSWER)) {
        answer = row;
        return;
      }
      Map<String, String> item = new LinkedHashMap<>();
      for (String field : row.subList(1, row.size())) {
        int equals = field.indexOf('=');
        item.put(field.substring(0, equals), field.substring(equals + 1));
      }
      items.add(item);
    }

    private Kind kind() {
      return Kind.valueOf(answer.get(1));
    }

    private void print(PrintWriter out, PrintWriter err) {
      if (json) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("answer", kind().name().toLowerCase(Locale.ROOT));
        all.put("detail", answer.get(2));
        all.put("items", items);
        out.println(Json.of(all));
        return;
      }
      items.forEach(item -> show(item, out));
      if (!answer.get(2).isEmpty()) {
        PrintWriter where = kind() == Kind.DONE || kind() == Kind.INFECTED ? out : err;
        where.println(QuarantineDesk.printable(answer.get(2)));
      }
      out.flush();
      err.flush();
    }

    /** As the list does; show has a line for each field. */
    void show(Map<String, String> item, PrintWriter out) {
      out.println(QuarantineDesk.printable(String.join("  ", item.values())));
    }

    private int exitCode() {
      return switch (kind()) {
        case DONE -> ExitCode.DONE;
        case INFECTED -> ExitCode.INFECTED;
        case WRONG -> ExitCode.WRONG_USE;
        case COULD_NOT -> ExitCode.COULD_NOT;
      };
    }
  }

  /** {@code list}. */
  @Command(
      name = "list",
      description = "Lists what is in quarantine: id, state, since when, threat, bytes, path.",
      mixinStandardHelpOptions = true)
  static final class All extends Question {
    @Override
    List<String> words() {
      return List.of("list");
    }
  }

  /** One that names an item. */
  abstract static class AboutOne extends Question {
    @Parameters(paramLabel = "ID", description = "what list shows")
    private String id = "";

    final String id() {
      return id;
    }
  }

  /** {@code show}. */
  @Command(
      name = "show",
      description = "Shows all that is known about one file.",
      mixinStandardHelpOptions = true)
  static final class Show extends AboutOne {
    @Override
    List<String> words() {
      return List.of("show", id());
    }

    @Override
    void show(Map<String, String> item, PrintWriter out) {
      item.forEach((key, value) ->
          out.println(String.format("%-12s %s", key, QuarantineDesk.printable(value)).strip()));
    }
  }

  /** {@code restore}. */
  @Command(
      name = "restore",
      description =
          "Gives a file back as it was, if the appliance calls it clean now; over no file that is"
              + " there.",
      mixinStandardHelpOptions = true)
  static final class Restore extends AboutOne {
    @Option(names = "--force", description = "without asking the appliance")
    private boolean force;

    @Option(names = "--to", paramLabel = "PATH", description = "to another place")
    private @Nullable Path target;

    @Override
    boolean asks() {
      return !force;
    }

    @Override
    List<String> words() {
      String to = target == null ? "" : target.toAbsolutePath().normalize().toString();
      return List.of("restore", id(), force ? "forced" : "asked", to);
    }
  }

  /** {@code delete}. */
  @Command(
      name = "delete",
      description = "Deletes a file from quarantine, for good.",
      mixinStandardHelpOptions = true)
  static final class Delete extends AboutOne {
    @Override
    List<String> words() {
      return List.of("delete", id());
    }
  }

  /** {@code submit}. */
  @Command(
      name = "submit",
      description = {
        "Asks the appliance about a file again; the content goes there if it is not known there.",
        "Ends with 0 if it is clean now, 1 if it is infected, 3 if there is no verdict."
      },
      mixinStandardHelpOptions = true)
  static final class Submit extends AboutOne {
    @Override
    boolean asks() {
      return true;
    }

    @Override
    List<String> words() {
      return List.of("submit", id());
    }
  }
}
