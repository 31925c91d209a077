// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.control.ControlClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The command line's side of scans in the background of the running agent. */
final class BackgroundScans {
  private static final List<String> NUMBERS =
      List.of(
          "files",
          "bytes",
          "clean",
          "unchanged",
          "infected",
          "incomplete",
          "excluded",
          "not_scanned");
  private static final int PLACE = 2 + 8;

  private final Path socket;

  BackgroundScans(Path socket) {
    this.socket = socket;
  }

  /** Begins one and gives its id. */
  String begin(List<Path> paths, boolean crossing) throws CommandFailure {
    List<String> words = new ArrayList<>(List.of("begin", Boolean.toString(crossing)));
    paths.forEach(path -> words.add(path.toAbsolutePath().normalize().toString()));
    return ask(words).getFirst().getLast();
  }

  /** Stops one, or goes on with one that was stopped. */
  void change(String id, boolean goOn) throws CommandFailure {
    var _ = ask(List.of(goOn ? "resume" : "stop", id));
  }

  /** All there are, in the order they came. */
  List<Map<String, Object>> list() throws CommandFailure {
    List<Map<String, Object>> all = new ArrayList<>();
    for (List<String> row : ask(List.of("list"))) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("id", row.get(0));
      one.put("state", row.get(1));
      for (int i = 0; i < NUMBERS.size(); i++) {
        one.put(NUMBERS.get(i), Long.valueOf(row.get(2 + i)));
      }
      one.put("at", row.get(PLACE));
      all.add(one);
    }
    return all;
  }

  /** What one found, and what it could not look at. */
  List<Map<String, Object>> findings(String id) throws CommandFailure {
    List<Map<String, Object>> all = new ArrayList<>();
    for (List<String> row : ask(List.of("show", id))) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("kind", row.get(0));
      one.put("path", row.get(1));
      one.put("detail", row.get(2));
      all.add(one);
    }
    return all;
  }

  /** One of them for people. */
  static String text(Map<String, Object> scan) {
    return scan.entrySet().stream()
        .filter(entry -> !entry.getKey().equals("at") || !entry.getValue().equals(""))
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(" "));
  }

  /** What a command ends with that shows them: 1 when one has found something. */
  static int exitCode(List<Map<String, Object>> scans) {
    boolean found =
        scans.stream().anyMatch(scan -> scan.get("infected") instanceof Long n && n > 0);
    return found ? ExitCode.INFECTED : ExitCode.DONE;
  }

  private List<List<String>> ask(List<String> words) throws CommandFailure {
    List<String> line = new ArrayList<>(List.of(ScanDesk.NAME));
    line.addAll(words);
    List<List<String>> rows = new ArrayList<>();
    try (ControlClient client = new ControlClient(socket)) {
      client.ask(line, rows::add);
    } catch (IOException nobody) {
      throw new CommandFailure(
          ExitCode.COULD_NOT, "no agent answers at " + socket + ": " + Causes.sentence(nobody));
    }
    if (!rows.isEmpty() && rows.getFirst().getFirst().equals("error")) {
      throw new CommandFailure(ExitCode.WRONG_USE, rows.getFirst().getLast());
    }
    return rows;
  }
}
