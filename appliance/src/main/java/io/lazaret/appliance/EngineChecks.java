// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.engine.EngineSettings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What a check looks at in the engine and its signatures. */
final class EngineChecks {
  private static final Duration OLD = Duration.ofDays(2);

  /** ClamAV's own sets, compressed, take 5 to 6 times their size when they are loaded. */
  private static final long MEMORY_FOR_TWO_SETS = 11;

  private static final long OTHER_MEMORY = 512L << 20;
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private final CheckReport report;
  private final MachineChecks machine;
  private final InstantSource clock;

  EngineChecks(CheckReport report, MachineChecks machine, InstantSource clock) {
    this.report = report;
    this.machine = machine;
    this.clock = clock;
  }

  /** Signatures, and the memory for them. */
  void signatures(EngineSettings.Daemon daemon) {
    switch (daemon) {
      case EngineSettings.External external ->
          report.note("signatures", "the external clamd's own, at " + external.host(), "");
      case EngineSettings.Managed managed -> managedSignatures(managed.signatures());
    }
  }

  private void managedSignatures(Path directory) {
    try (Stream<Path> list = Files.list(directory)) {
      List<File> files =
          list.map(Path::toFile)
              .filter(file -> file.getName().matches(".*\\.(c[vl]d|[hnlm].b)"))
              .toList();
      Instant newest =
          Instant.ofEpochMilli(files.stream().mapToLong(File::lastModified).max().orElse(0));
      if (files.isEmpty()) {
        report.wrong(
            "signatures",
            directory + ": none (expected: files that freshclam made)",
            "run freshclam, or copy main.cvd and daily.cvd there");
      } else if (newest.isBefore(clock.instant().minus(OLD))) {
        report.wrong(
            "signatures",
            directory + ": newest of " + newest + " (expected: of the last 2 days)",
            "look at freshclam: systemctl status clamav-freshclam, and its log");
      } else {
        report.good("signatures", directory + ": newest of " + newest);
      }
      if (!files.isEmpty()
          && files.stream().allMatch(file -> file.getName().startsWith("lazaret-test"))) {
        report.note("signatures", "test signatures", "they know EICAR and protect against nothing");
      }
      long bytes = files.stream().mapToLong(File::length).sum();
      machine.memory(bytes * MEMORY_FOR_TWO_SETS + OTHER_MEMORY);
    } catch (IOException e) {
      report.wrong("signatures", e.toString(), "set engine.signatures to freshclam's directory");
    }
  }

  /** Whether there is an engine to start. */
  void program(EngineSettings settings) {
    if (settings.daemon() instanceof EngineSettings.Managed managed && managed.host().isEmpty()) {
      program(managed.binary());
      sharedMemory(managed.temporary(), settings.limits().contentBytes());
    }
  }

  private void program(String binary) {
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin";
    Stream<Path> candidates =
        binary.contains("/")
            ? Stream.of(Path.of(binary))
            : Arrays.stream(path.split(":", -1)).map(folder -> Path.of(folder, binary));
    candidates
        .filter(Files::isExecutable)
        .findFirst()
        .ifPresentOrElse(
            found -> report.good("engine", found.toString()),
            () ->
                report.wrong(
                    "engine",
                    binary + ": not there (expected: clamd's program)",
                    "apt-get install clamav-daemon, or set engine.binary"));
  }

  private void sharedMemory(String temporary, long longest) {
    long size = SHARED_MEMORY.toFile().getTotalSpace();
    if (temporary.isEmpty() && size > 0 && size < longest) {
      report.note(
          "engine's folder",
          SHARED_MEMORY + ": " + (size >> 20) + " MiB, a content may have " + (longest >> 20),
          "give the container more shared memory, or set engine.temporary");
    }
  }
}
