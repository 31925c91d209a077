// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.time.Duration;

/**
 * The ledger's bounds.
 *
 * @param queue writes, and as many reads, that may wait; more are refused
 * @param readers threads and connections that read
 * @param keep how long events and exposures are kept
 * @param keepVerdicts how long a verdict is kept that was not made again
 * @param events most events; the guest with the most loses its oldest first
 * @param verdicts most verdicts; the oldest go first, infected ones last
 * @param exposures most exposures; the guest with the most loses its oldest first
 * @param exposuresPerContent most exposures of one content in one domain
 * @param exposuresInMemory most exposures that wait to be written
 */
public record LedgerLimits(
    int queue,
    int readers,
    Duration keep,
    Duration keepVerdicts,
    long events,
    long verdicts,
    long exposures,
    int exposuresPerContent,
    int exposuresInMemory) {
  /** The bounds that the settings have when nobody sets them. */
  public static final LedgerLimits DEFAULT =
      new LedgerLimits(
          65_536,
          2,
          Duration.ofDays(30),
          Duration.ofDays(90),
          1_000_000,
          20_000_000,
          2_000_000,
          1_000,
          50_000);
}
