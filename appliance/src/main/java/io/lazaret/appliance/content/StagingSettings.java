// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.content;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How much content may be held at once.
 *
 * @param directory where a private directory is made for it; best on a tmpfs
 * @param bytes of all contents, by the lengths that were announced
 * @param bytesPerGuest the same of one guest
 * @param uploads contents at once
 * @param smallBytes a content up to this length stays in memory while there is room
 * @param memoryBytes of all contents that stay in memory
 * @param creditBytes most bytes of one upload that are received and not yet written
 * @param stall an upload that sends nothing for so long is given up
 * @param writers threads that hash and write
 */
public record StagingSettings(
    Path directory,
    long bytes,
    long bytesPerGuest,
    int uploads,
    int smallBytes,
    long memoryBytes,
    int creditBytes,
    Duration stall,
    int writers) {
  public StagingSettings {
    inRange("bytes", bytes, 1, Long.MAX_VALUE);
    inRange("bytesPerGuest", bytesPerGuest, 1, Long.MAX_VALUE);
    inRange("uploads", uploads, 1, 1_000_000);
    inRange("smallBytes", smallBytes, 0, 16 << 20);
    inRange("memoryBytes", memoryBytes, 0, Long.MAX_VALUE);
    inRange("creditBytes", creditBytes, 1, 16 << 20);
    inRange("stall in ms", stall.toMillis(), 1, 3_600_000);
    inRange("writers", writers, 1, 256);
  }

  /** Everything but the directory as it is when nothing is set. */
  public static StagingSettings defaults(Path directory) {
    return new StagingSettings(
        directory,
        4L << 30,
        1L << 30,
        512,
        1 << 20,
        32L << 20,
        128 << 10,
        Duration.ofSeconds(20),
        Math.max(2, Runtime.getRuntime().availableProcessors()));
  }

  private static void inRange(String name, long value, long lowest, long highest) {
    if (value < lowest || value > highest) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + lowest + " to " + highest + ")");
    }
  }
}
