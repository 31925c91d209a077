// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.control;

import io.lazaret.agent.scan.FileResult;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.file.Path;

/** One result on the socket: kind, bytes, detail and path, with tabs between them. */
final class ResultLine {
  private ResultLine() {}

  static String format(String file, FileResult result) {
    return switch (result) {
      case FileResult.Judged(Verdict.Clean clean, long bytes) -> join("clean", bytes, "", file);
      case FileResult.Judged(Verdict.Infected(String threat), long bytes) ->
          join("infected", bytes, threat, file);
      case FileResult.Judged(Verdict.Incomplete(Verdict.Reason reason), long bytes) ->
          join("incomplete", bytes, reason.name(), file);
      case FileResult.NotScanned(String why) -> join("none", 0, why, file);
    };
  }

  /** Gives the line's path and result to the consumer. */
  static void parse(String line, ControlClient.Results consumer) throws IOException {
    String[] parts = line.split("\t", 4);
    if (parts.length != 4) {
      throw new IOException("the agent answered: " + line);
    }
    String detail = Lines.unescape(parts[2]);
    consumer.result(Path.of(Lines.unescape(parts[3])), result(parts[0], parts[1], detail));
  }

  private static FileResult result(String kind, String bytes, String detail) throws IOException {
    try {
      long length = Long.parseLong(bytes);
      return switch (kind) {
        case "clean" -> new FileResult.Judged(Verdict.CLEAN, length);
        case "infected" -> new FileResult.Judged(new Verdict.Infected(detail), length);
        case "incomplete" ->
            new FileResult.Judged(new Verdict.Incomplete(Verdict.Reason.valueOf(detail)), length);
        case "none" -> new FileResult.NotScanned(detail);
        default -> throw new IOException("the agent answered: " + kind);
      };
    } catch (IllegalArgumentException malformed) {
      throw new IOException("the agent answered: " + kind + " " + detail, malformed);
    }
  }

  private static String join(String kind, long bytes, String detail, String file) {
    String oneField = Lines.escape(detail.replace('\t', ' '));
    return kind + "\t" + bytes + "\t" + oneField + "\t" + Lines.escape(file);
  }
}
