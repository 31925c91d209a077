// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.nio.file.Path;
import java.time.Duration;

/** How the engine is reached, how much it may do at once, and how it is looked after. */
public record EngineSettings(Daemon daemon, Limits limits, Queue queue, Care care) {
  private static final long MIB = 1024L * 1024;

  /** A managed clamd with the defaults. */
  public static EngineSettings managed(Path signatures, Path directory) {
    return new EngineSettings(
        Managed.defaults(signatures, directory),
        Limits.defaults(),
        Queue.defaults(),
        Care.defaults());
  }

  /** Where clamd is. */
  public sealed interface Daemon {}

  /**
   * A clamd that is started and supervised here.
   *
   * @param binary clamd's program: a path, or a name that is looked for on {@code PATH} and in
   *     {@code /usr/sbin}
   * @param signatures directory that freshclam or another tool fills; only read
   * @param directory private directory: configuration and the signature sets in use
   * @param temporary where clamd keeps the content it is scanning; empty for a directory on {@code
   *     /dev/shm} when that is a tmpfs, else below {@code directory}
   * @param user the user clamd runs as when the appliance is root; empty for {@code clamav} or
   *     {@code nobody}
   * @param port loopback port, 0 for any free one
   * @param memoryBytes most data memory that clamd may have, 0 for no limit
   * @param host Unix socket of the engine host that starts clamd as a user of its own, for whom
   *     {@code directory} has to be readable; empty for a child process
   */
  public record Managed(
      String binary,
      Path signatures,
      Path directory,
      String temporary,
      String user,
      int port,
      long memoryBytes,
      String host)
      implements Daemon {
    public Managed {
      inRange("port", port, 0, 65_535);
      inRange("memoryBytes", memoryBytes, 0, Long.MAX_VALUE);
      if (!host.isEmpty() && temporary.isEmpty()) {
        throw new IllegalArgumentException(
            "host: " + host + " (expected: only with a temporary directory)");
      }
    }

    /** Whether clamd is started by an engine host. */
    boolean hosted() {
      return !host.isEmpty();
    }

    /** Everything but the two directories as it is when nothing is set. */
    public static Managed defaults(Path signatures, Path directory) {
      return new Managed("clamd", signatures, directory, "", "", 0, 4096 * MIB, "");
    }
  }

  /** A clamd that somebody else runs; see the README for what it must have set. */
  public record External(String host, int port) implements Daemon {
    public External {
      inRange("port", port, 1, 65_535);
    }
  }

  /**
   * How deep the engine looks; part of the epoch.
   *
   * @param threads scans at once
   * @param contentBytes longest content that is sent to the engine
   * @param scanBytes most bytes that are looked at for one content, with all its parts
   * @param nesting archives within archives
   * @param parts files within one content
   * @param scanTime longest scan
   * @param alertEncrypted whether what is encrypted is {@code Incomplete} instead of {@code Clean}
   */
  public record Limits(
      int threads,
      long contentBytes,
      long scanBytes,
      int nesting,
      int parts,
      Duration scanTime,
      boolean alertEncrypted) {
    public Limits {
      inRange("threads", threads, 1, 256);
      inRange("contentBytes", contentBytes, 1, 2000 * MIB);
      inRange("scanBytes", scanBytes, contentBytes, 2000 * MIB);
      inRange("nesting", nesting, 1, 100);
      inRange("parts", parts, 1, 10_000_000);
      inRange("scanTime in ms", scanTime.toMillis(), 1, 3_600_000);
    }

    /** As it is when nothing is set. */
    public static Limits defaults() {
      int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
      return new Limits(threads, 256 * MIB, 1024 * MIB, 17, 10_000, Duration.ofSeconds(60), false);
    }

    /** What of this a verdict depends on. */
    String fingerprint() {
      return contentBytes
          + ","
          + scanBytes
          + ","
          + nesting
          + ","
          + parts
          + ","
          + alertEncrypted
          + ",steps to "
          + partBytes();
    }

    /** The limits of one part and of single steps: never the first that is met. */
    long partBytes() {
      return Math.max(contentBytes, scanBytes + MIB);
    }
  }

  /**
   * How many scans may wait.
   *
   * @param total of all guests
   * @param perGuest of one guest
   */
  public record Queue(int total, int perGuest) {
    public Queue {
      inRange("total", total, 1, 10_000_000);
      inRange("perGuest", perGuest, 1, 10_000_000);
    }

    /** As it is when nothing is set. */
    public static Queue defaults() {
      return new Queue(20_000, 10_000);
    }
  }

  /**
   * How the engine is looked after.
   *
   * @param startTime longest time to load the signatures
   * @param hangTime how long a scan may go on past {@code scanTime} before the engine counts as
   *     hung
   * @param pingTime longest time for an answer to PING, the canary and the self-test
   * @param pingEvery time between PINGs
   * @param selfTestEvery time between self-tests
   * @param signaturesEvery time between looks at the signature directory
   * @param failures consecutive failures after which nothing is sent until a probe succeeds
   * @param backoff wait before the first restart; doubles up to a minute
   * @param stopGrace time between TERM and KILL
   */
  public record Care(
      Duration startTime,
      Duration hangTime,
      Duration pingTime,
      Duration pingEvery,
      Duration selfTestEvery,
      Duration signaturesEvery,
      int failures,
      Duration backoff,
      Duration stopGrace) {
    public Care {
      positive("startTime", startTime);
      positive("hangTime", hangTime);
      positive("pingTime", pingTime);
      positive("pingEvery", pingEvery);
      positive("selfTestEvery", selfTestEvery);
      positive("signaturesEvery", signaturesEvery);
      inRange("failures", failures, 1, 1000);
      positive("backoff", backoff);
      positive("stopGrace", stopGrace);
    }

    /** As it is when nothing is set. */
    public static Care defaults() {
      return new Care(
          Duration.ofMinutes(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          Duration.ofMinutes(1),
          Duration.ofSeconds(5),
          5,
          Duration.ofMillis(200),
          Duration.ofSeconds(5));
    }
  }

  private static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: above 0)");
    }
  }

  private static void inRange(String name, long value, long lowest, long highest) {
    if (value < lowest || value > highest) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + lowest + " to " + highest + ")");
    }
  }
}
