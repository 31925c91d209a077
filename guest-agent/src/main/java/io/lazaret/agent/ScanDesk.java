// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.scan.ScanJobs;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Answers the command line about scans in the background. */
final class ScanDesk {
  /** The command's name on the socket. */
  static final String NAME = "scans";

  private static final String ERROR = "error";

  private final ScanJobs scans;

  ScanDesk(ScanJobs scans) {
    this.scans = scans;
  }

  /**
   * {@code begin CROSSING PATH...}, {@code list}, {@code show ID}, {@code stop ID}, {@code resume
   * ID}.
   */
  void ask(List<String> words, Consumer<List<String>> rows) {
    String verb = words.isEmpty() ? "" : words.getFirst();
    List<String> rest = words.isEmpty() ? List.of() : words.subList(1, words.size());
    switch (verb) {
      case "begin" -> begin(rest, rows);
      case "list" -> scans.list().forEach(rows);
      case "show" -> {
        Optional<List<List<String>>> found =
            rest.isEmpty() ? Optional.empty() : scans.findings(rest.getFirst());
        found.ifPresentOrElse(
            all -> all.forEach(rows), () -> rows.accept(List.of(ERROR, "no such scan")));
      }
      case "stop", "resume" -> {
        boolean done = !rest.isEmpty() && scans.change(rest.getFirst(), verb.equals("resume"));
        rows.accept(
            done
                ? List.of("id", rest.getFirst())
                : List.of(ERROR, "no such scan that is not finished"));
      }
      default -> rows.accept(List.of(ERROR, "unknown: " + verb));
    }
  }

  private void begin(List<String> words, Consumer<List<String>> rows) {
    try {
      List<Path> paths = new ArrayList<>();
      for (String path : words.subList(1, words.size())) {
        paths.add(Path.of(path));
      }
      rows.accept(List.of("id", scans.begin(paths, Boolean.parseBoolean(words.getFirst()))));
    } catch (InvalidPathException | IndexOutOfBoundsException | IllegalStateException wrong) {
      rows.accept(List.of(ERROR, String.valueOf(wrong.getMessage())));
    }
  }
}
