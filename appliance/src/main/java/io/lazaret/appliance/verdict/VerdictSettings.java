// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import java.time.Duration;

/**
 * The settings of the path of an ask.
 *
 * @param memoryEntries verdicts held in memory
 * @param grace how long a clean verdict of an older epoch is still served
 * @param executeGrace the same for programs about to be executed
 * @param flights contents that are being fetched and scanned at once
 * @param waitersPerFlight asks that wait for one content
 * @param waitersPerGuest asks of one guest that wait
 * @param waiters asks that wait, in total
 * @param contentLength longest content that is taken, in bytes
 * @param uploadsPerGuest contents of one guest and lane that are sent and scanned at once
 * @param upload how long an upload is waited for
 * @param scanTime how long one content may take in the engine, its queue included
 * @param busyRetry what a guest that is told Busy should wait
 * @param reverify how verdicts of older epochs are made again
 */
public record VerdictSettings(
    int memoryEntries,
    Duration grace,
    Duration executeGrace,
    int flights,
    int waitersPerFlight,
    int waitersPerGuest,
    int waiters,
    long contentLength,
    int uploadsPerGuest,
    UploadSettings upload,
    Duration scanTime,
    Duration busyRetry,
    ReverifySettings reverify) {

  /** What is in force when the operator says nothing. */
  public static VerdictSettings defaults() {
    return new VerdictSettings(
        1_000_000,
        Duration.ofHours(24),
        Duration.ofHours(24),
        20_000,
        20_000,
        4_096,
        200_000,
        100L << 20,
        16,
        UploadSettings.defaults(),
        Duration.ofSeconds(120),
        Duration.ofSeconds(1),
        ReverifySettings.defaults());
  }
}
