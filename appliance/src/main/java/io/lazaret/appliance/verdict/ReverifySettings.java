// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import java.time.Duration;

/**
 * How verdicts of older epochs are made again.
 *
 * @param perSecond contents that guests are asked for, per second
 * @param running contents that guests are asked for at once
 * @param queue contents that wait for it
 * @param queuePerGuest those of them that one guest used
 * @param answerTime how long a guest has to ask; then the next holder is told to
 * @param workTime how long it has from then on to get a verdict
 * @param again when what was left because no holder was there is tried again
 */
public record ReverifySettings(
    int perSecond,
    int running,
    int queue,
    int queuePerGuest,
    Duration answerTime,
    Duration workTime,
    Duration again) {

  /** What is in force when the operator says nothing. */
  public static ReverifySettings defaults() {
    return new ReverifySettings(
        50,
        32,
        100_000,
        10_000,
        Duration.ofSeconds(30),
        Duration.ofMinutes(3),
        Duration.ofMinutes(10));
  }
}
