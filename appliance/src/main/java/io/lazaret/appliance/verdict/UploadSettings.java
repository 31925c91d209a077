// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import java.time.Duration;

/**
 * How long an upload is waited for.
 *
 * @param time how long it may take, beside its time at the slowest link we wait for
 * @param patience how long its sender may be slower than the pace while another guest could send
 * @param pace bytes per second that are expected then
 */
public record UploadSettings(Duration time, Duration patience, int pace) {
  private static final long SLOWEST_BYTES_PER_SECOND = 128 << 10;

  public UploadSettings {
    if (patience.toMillis() < 1 || pace < 1) {
      throw new IllegalArgumentException(
          "patience, pace: " + patience + ", " + pace + " (expected: at least 1 ms, 1 byte/s)");
    }
  }

  /** What is in force when the operator says nothing. */
  public static UploadSettings defaults() {
    return new UploadSettings(Duration.ofSeconds(20), Duration.ofSeconds(1), 64 << 10);
  }

  /** How long a content of this length may take: not for ever, with a guest that sends drops. */
  long mostMillis(long length) {
    return time.toMillis() + length * 1_000 / SLOWEST_BYTES_PER_SECOND;
  }

  /** Bytes that have to come within the patience. */
  long leastBytes() {
    return Math.max(1, pace * patience.toMillis() / 1_000);
  }
}
