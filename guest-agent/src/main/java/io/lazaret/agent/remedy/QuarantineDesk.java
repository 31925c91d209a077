// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.client.VerdictSource;
import io.lazaret.agent.linux.FileAttributes;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What people ask the quarantine. A question is a list of words: {@code list}, {@code show ID},
 * {@code restore ID forced|asked TARGET}, {@code delete ID}, {@code submit ID}. An answer is rows:
 * {@code item KEY=VALUE...} and, as the last one, {@code answer KIND SENTENCE}.
 */
public final class QuarantineDesk {
  private static final Duration ASK = Duration.ofMinutes(5);

  /** How a question ended. */
  public enum Kind {
    /** Done, or found clean. */
    DONE,
    /** It is infected. */
    INFECTED,
    /** There is no such item, or the question makes no sense. */
    WRONG,
    /** It could not be done. */
    COULD_NOT
  }

  /** What it is asked by, on the control socket and the command line. */
  public static final String NAME = "quarantine";

  /** The first word of the last row. */
  public static final String ANSWER = "answer";

  /** The first word of a row that shows one item. */
  public static final String ITEM = "item";

  private record Answer(Kind kind, String sentence) {}

  private final Workroom room;
  private final VerdictSource source;
  private final Supplier<MessageDigest> digests;

  public QuarantineDesk(Workroom room, VerdictSource source, Supplier<MessageDigest> digests) {
    this.room = room;
    this.source = source;
    this.digests = digests;
  }

  /** Text of a guest's making, without what a terminal would obey. */
  public static String printable(String text) {
    return Printable.of(text);
  }

  /** Answers one question; waits for the appliance where it has to be asked. */
  public void ask(List<String> words, Consumer<List<String>> rows) throws InterruptedException {
    Answer answer;
    try {
      answer = answer(words, rows);
    } catch (IOException e) {
      answer = new Answer(Kind.COULD_NOT, sentence(e));
    } catch (IllegalArgumentException e) {
      answer = new Answer(Kind.WRONG, String.valueOf(e.getMessage()));
    }
    rows.accept(List.of(ANSWER, answer.kind().name(), answer.sentence()));
  }

  private static String sentence(IOException e) {
    return e instanceof FileSystemException file && file.getReason() == null
        ? file.getFile() + ": " + file.getClass().getSimpleName()
        : String.valueOf(e.getMessage());
  }

  private Answer answer(List<String> words, Consumer<List<String>> rows)
      throws IOException, InterruptedException {
    String verb = words.isEmpty() ? "" : words.getFirst();
    if (!room.hasVault()) {
      return verb.equals("list")
          ? new Answer(Kind.DONE, "nothing is in quarantine")
          : new Answer(Kind.WRONG, "nothing is in quarantine");
    }
    if (verb.equals("list")) {
      return list(rows);
    }
    if (words.size() < 2) {
      throw new IllegalArgumentException(words + " (expected: a question and an id)");
    }
    String id = words.get(1);
    Optional<Item> found = room.call(() -> room.vault().find(id));
    if (found.isEmpty()) {
      return new Answer(Kind.WRONG, id + ": no such id (expected: one that list shows)");
    }
    Item item = found.get();
    return switch (verb) {
      case "show" -> {
        rows.accept(row(item, true));
        yield new Answer(Kind.DONE, "");
      }
      case "submit" -> verdict(item);
      case "restore" -> restore(item, words);
      case "delete" -> delete(item);
      default -> throw new IllegalArgumentException(verb + " (expected: list, show, ...)");
    };
  }

  private Answer list(Consumer<List<String>> rows) throws IOException, InterruptedException {
    int count = 0;
    for (String id : room.call(() -> room.vault().ids())) {
      Optional<Item> item = room.call(() -> room.vault().find(id));
      if (item.isPresent()) {
        rows.accept(row(item.get(), false));
        count++;
      }
    }
    return new Answer(Kind.DONE, count + " in quarantine");
  }

  /** Asks the appliance about the content, which goes there when it is not known there. */
  private Answer verdict(Item item) throws IOException, InterruptedException {
    Access access = new Access(Lane.ON_DEMAND, item.content(), item.path(), "", 0, -1);
    try (Vault.Content content = room.call(() -> room.vault().content(item))) {
      return switch (source.ask(access, content, System.nanoTime() + ASK.toNanos())) {
        case SourceAnswer.Judged(Verdict.Clean clean, var epoch, var from) ->
            new Answer(Kind.DONE, "clean under engine state " + epoch);
        case SourceAnswer.Judged(Verdict.Infected(String threat), var epoch, var from) ->
            new Answer(Kind.INFECTED, "infected: " + threat);
        case SourceAnswer.Judged(Verdict.Incomplete(var reason), var epoch, var from) ->
            new Answer(Kind.COULD_NOT, "the engine did not look at everything: " + reason);
        case SourceAnswer.NoVerdict none ->
            new Answer(Kind.COULD_NOT, "no verdict: " + none.reason() + " " + none.detail());
      };
    }
  }

  private Answer restore(Item item, List<String> words) throws IOException, InterruptedException {
    boolean forced = words.size() > 2 && words.get(2).equals("forced");
    String target = words.size() > 3 && !words.get(3).isEmpty() ? words.get(3) : item.path();
    Place.of(target);
    if (!forced) {
      Answer asked = verdict(item);
      if (asked.kind() != Kind.DONE) {
        return new Answer(asked.kind(), asked.sentence() + " (--force restores it nevertheless)");
      }
    }
    List<String> refused =
        room.call(() -> {
          if (forced) {
            room.vault().release(item.content().hash());
          }
          return new Restoration(room.vault(), digests, Checkpoint.NONE).restore(item, target);
        });
    String missing = refused.isEmpty() ? "" : "; its place does not take " + refused;
    String warning = forced ? "; it is denied as long as it is found infected" : "";
    return new Answer(Kind.DONE, "restored to " + target + missing + warning);
  }

  private Answer delete(Item item) throws IOException, InterruptedException {
    room.call(() -> {
      room.vault().remove(item);
      return "";
    });
    return new Answer(Kind.DONE, "deleted " + item.id());
  }

  private static List<String> row(Item item, boolean everything) {
    FileAttributes attributes = item.attributes();
    List<String> row = new ArrayList<>();
    row.add(ITEM);
    row.add("id=" + item.id());
    row.add("state=" + item.state().name().toLowerCase(Locale.ROOT));
    row.add("found=" + item.found());
    row.add("threat=" + item.threat());
    row.add("bytes=" + item.content().length());
    row.add("path=" + item.path());
    if (everything) {
      row.add("sha256=" + item.content().hash());
      row.add("owner=" + attributes.owner());
      row.add("group=" + attributes.group());
      row.add("mode=" + Integer.toOctalString(attributes.mode()));
      row.add("modified=" + instant(attributes.modifiedNanos()));
      row.add("accessed=" + instant(attributes.accessedNanos()));
      row.add(
          "xattrs="
              + attributes.extended().stream()
                  .map(FileAttributes.Extended::name)
                  .collect(Collectors.joining(" ")));
      row.add("other_names=" + item.otherNames());
      row.add("process=" + item.process());
      row.add("user=" + item.user());
    }
    return row;
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }
}
