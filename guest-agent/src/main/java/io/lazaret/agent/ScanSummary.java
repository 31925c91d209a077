// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.scan.FileResult;
import io.lazaret.agent.scan.FileWalk;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a scan came to; says at once what was found and what could not be looked at. */
final class ScanSummary {
  /** Paths named in the summary of one kind; all are counted. */
  private static final int NAMED = 10_000;

  private final PrintWriter out;
  private final long startNanos = System.nanoTime();
  private final List<Map<String, Object>> infected = new ArrayList<>();
  private final List<Map<String, Object>> incomplete = new ArrayList<>();
  private final List<Map<String, Object>> notScanned = new ArrayList<>();
  private long clean;
  private long bytes;
  private long infectedCount;
  private long incompleteCount;
  private long notScannedCount;
  private @Nullable String broken;

  ScanSummary(PrintWriter out) {
    this.out = out;
  }

  /** Walks the paths, feeds the files and names what cannot be looked at. */
  static void walk(List<Path> paths, ScanSummary summary, ScanCommand.Feed feed)
      throws IOException {
    for (Path path : paths) {
      Feeder feeder = new Feeder(summary, feed);
      FileWalk.walk(path, feeder);
      if (feeder.failure != null) {
        throw feeder.failure;
      }
    }
  }

  private static final class Feeder implements FileWalk.Sink {
    private final ScanSummary summary;
    private final ScanCommand.Feed feed;
    private @Nullable IOException failure;

    Feeder(ScanSummary summary, ScanCommand.Feed feed) {
      this.summary = summary;
      this.feed = feed;
    }

    @Override
    public boolean file(Path file, long bytes) {
      try {
        feed.file(file);
        return true;
      } catch (IOException failed) {
        failure = failed;
        return false;
      }
    }

    @Override
    public void unreadable(Path path, String why) {
      summary.add(path, new FileResult.NotScanned(why));
    }
  }

  synchronized void add(Path file, FileResult result) {
    switch (result) {
      case FileResult.Judged(Verdict.Clean _, long length) -> {
        clean++;
        bytes += length;
      }
      case FileResult.Judged(Verdict.Infected(String threat), long length) -> {
        bytes += length;
        infectedCount++;
        name(infected, file, "threat", threat);
        out.println("infected: " + file + ": " + threat);
      }
      case FileResult.Judged(Verdict.Incomplete(Verdict.Reason reason), long length) -> {
        bytes += length;
        incompleteCount++;
        name(incomplete, file, "reason", reason.name());
        out.println("incomplete: " + file + ": " + reason);
      }
      case FileResult.NotScanned(String why) -> {
        notScannedCount++;
        name(notScanned, file, "reason", why);
        out.println("not scanned: " + file + ": " + why);
      }
    }
    out.flush();
  }

  /** The scan ended before its end. */
  synchronized void broken(String why) {
    broken = why;
  }

  synchronized long files() {
    return clean + infectedCount + incompleteCount + notScannedCount;
  }

  synchronized long bytes() {
    return bytes;
  }

  synchronized String text() {
    double seconds = seconds();
    return String.format(
        Locale.ROOT,
        "%d files, %.1f MB in %.1f s: %d clean, %d infected, %d incomplete, %d not scanned%s",
        files(),
        bytes / 1e6,
        seconds,
        clean,
        infectedCount,
        incompleteCount,
        notScannedCount,
        broken == null ? "" : "; ended early: " + broken);
  }

  synchronized Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("files", files());
    json.put("bytes", bytes);
    json.put("milliseconds", Math.round(seconds() * 1000));
    json.put("clean", clean);
    json.put("infected", infected);
    json.put("incomplete", incomplete);
    json.put("not_scanned", notScanned);
    json.put("ended_early", broken == null ? "" : broken);
    return json;
  }

  /** What the command ends with: what was found counts more than what was not looked at. */
  synchronized int exitCode() {
    if (infectedCount > 0) {
      return ExitCode.INFECTED;
    }
    return notScannedCount > 0 || incompleteCount > 0 || broken != null
        ? ExitCode.COULD_NOT
        : ExitCode.DONE;
  }

  private double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  private static void name(List<Map<String, Object>> list, Path file, String key, String value) {
    if (list.size() < NAMED) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("path", file.toString());
      entry.put(key, value);
      list.add(entry);
    }
  }
}
