// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import java.time.Duration;

/**
 * How accesses are decided.
 *
 * @param executeDeadline longest time an execution waits
 * @param openDeadline longest time an open waits
 * @param writtenDeadline longest time a question after a write may take
 * @param executeFailure what happens to an execution without a verdict
 * @param openFailure what happens to an open without a verdict
 * @param incomplete what happens when the engine did not look at everything
 * @param infected what happens to an access of an infected file; ALLOW only reports it
 * @param longestContent files above this many bytes are not scanned
 * @param hashThreads platform threads that read and hash
 * @param memoryEntries verdicts remembered
 */
public record DecisionSettings(
    Duration executeDeadline,
    Duration openDeadline,
    Duration writtenDeadline,
    Failure executeFailure,
    Failure openFailure,
    Failure incomplete,
    Failure infected,
    long longestContent,
    int hashThreads,
    int memoryEntries,
    Exclusions exclusions) {

  /** What is done where there is no clean verdict. */
  public enum Failure {
    ALLOW,
    DENY
  }

  /** The defaults: five seconds, then allow and count it as debt; 100 MiB. */
  public static DecisionSettings defaults() {
    return new DecisionSettings(
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        Duration.ofSeconds(60),
        Failure.ALLOW,
        Failure.ALLOW,
        Failure.ALLOW,
        Failure.DENY,
        100L << 20,
        2,
        32_768,
        Exclusions.NONE);
  }

  public DecisionSettings {
    if (hashThreads < 1) {
      throw new IllegalArgumentException("hashThreads: " + hashThreads + " (expected: >= 1)");
    }
    if (memoryEntries < 1) {
      throw new IllegalArgumentException("memoryEntries: " + memoryEntries + " (expected: >= 1)");
    }
    if (longestContent < 0) {
      throw new IllegalArgumentException("longestContent: " + longestContent + " (expected: >= 0)");
    }
  }
}
