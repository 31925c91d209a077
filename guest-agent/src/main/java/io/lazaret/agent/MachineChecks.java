// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a check looks at in the machine beside the agent itself. */
final class MachineChecks {
  private static final Pattern FILES = Pattern.compile("Max open files +\\S+ +(\\S+) +.*");

  /** When this was written: a clock before that is wrong. */
  private static final Instant EARLIEST = Instant.parse("2026-11-01T00:00:00Z");

  private final CheckReport report;
  private final Path proc;
  private final InstantSource clock;

  MachineChecks(CheckReport report, Path proc, InstantSource clock) {
    this.report = report;
    this.proc = proc;
    this.clock = clock;
  }

  void clock() {
    Instant now = clock.instant();
    if (now.isBefore(EARLIEST)) {
      report.wrong(
          "clock",
          now + " (expected: after " + EARLIEST + ")",
          "set it and keep it right by NTP: no certificate is valid before its time");
    } else {
      report.good("clock", now.toString());
    }
  }

  /**
   * @param least how long it must last from now on
   */
  void certificate(String what, Instant begins, Instant ends, Duration least, String advice) {
    Instant now = clock.instant();
    if (now.isBefore(begins)) {
      report.wrong(what, "counts from " + begins + " on, now is " + now, "set the clock");
    } else if (now.isAfter(ends)) {
      report.wrong(what, "ended " + ends, advice);
    } else if (now.plus(least).isAfter(ends)) {
      report.wrong(what, "ends soon: " + ends, advice);
    } else {
      report.good(what, "until " + ends);
    }
  }

  void disk(String what, Path directory, long least) {
    try {
      if (!Files.isWritable(directory)) {
        report.wrong(
            what,
            directory + ": missing or not writable",
            "make it, and give it to the user that runs this program");
        return;
      }
      long free = Files.getFileStore(directory).getUsableSpace();
      String detail = directory + ": " + mib(free) + " free";
      if (free < least) {
        report.wrong(what, detail + " (expected: at least " + mib(least) + ")", "make room there");
      } else {
        report.good(what, detail);
      }
    } catch (IOException e) {
      report.wrong(what, e.toString(), "look at the disk");
    }
  }

  /**
   * @param process its number, or {@code self} for one that we would start
   */
  void descriptors(String process, long needed) {
    try {
      String limit =
          Files.readAllLines(proc.resolve(process).resolve("limits")).stream()
              .map(FILES::matcher)
              .filter(Matcher::matches)
              .map(line -> line.group(1))
              .findFirst()
              .orElse("unlimited");
      descriptors(limit.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(limit), needed);
    } catch (IOException | NumberFormatException e) {
      report.note("descriptors", "cannot be read: " + e, "");
    }
  }

  void descriptors(long limit, long needed) {
    if (limit < needed) {
      report.wrong(
          "descriptors",
          limit + " at most (expected: at least " + needed + ")",
          "raise LimitNOFILE of the service, or ulimit -n");
    } else {
      report.good("descriptors", (limit == Long.MAX_VALUE ? "any number" : limit + " at most"));
    }
  }

  void memory(long least) {
    Optional<Long> available = meminfo("MemAvailable");
    if (available.isEmpty()) {
      report.note("memory", "cannot be read", "");
    } else if (available.get() < least) {
      report.wrong(
          "memory",
          mib(available.get()) + " available (expected: at least " + mib(least) + ")",
          "give the guest more, or end something: an agent that is swapped out holds opens up");
    } else {
      report.good("memory", mib(available.get()) + " available");
    }
  }

  private Optional<Long> meminfo(String field) {
    try {
      return Files.readAllLines(proc.resolve("meminfo")).stream()
          .filter(line -> line.startsWith(field + ":"))
          .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .findFirst();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static String mib(long bytes) {
    return (bytes >> 20) + " MiB";
  }
}
