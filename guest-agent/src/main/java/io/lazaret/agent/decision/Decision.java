// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

/** What is done with one access, and why. */
public record Decision(boolean allow, Why why) {
  /** Why an access was allowed or denied. */
  public enum Why {
    /** The agent's own access. */
    OWN,
    /** An exclusion of the policy names it. */
    EXCLUDED,
    /** A directory, a device or a file without content. */
    NOTHING_TO_SCAN,
    /** There is a verdict: clean. */
    CLEAN,
    /** There is a verdict: infected. */
    INFECTED,
    /** The engine did not look at everything. */
    INCOMPLETE,
    /** The file is larger than the policy lets it be scanned. */
    TOO_LARGE,
    /** No verdict: the appliance did not give one. */
    NO_VERDICT,
    /** No verdict: its deadline came first. */
    DEADLINE,
    /** No verdict: descriptors ran out. */
    OVERLOAD,
    /** No verdict: the content could not be read, or never stood still. */
    UNREADABLE,
    /** No verdict: the agent is stopping. */
    STOPPING
  }

  static Decision allow(Why why) {
    return new Decision(true, why);
  }

  static Decision deny(Why why) {
    return new Decision(false, why);
  }
}
