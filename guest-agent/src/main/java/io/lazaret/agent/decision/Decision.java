// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import java.util.Optional;

/**
 * What is done with one access, and why.
 *
 * @param known the verdict it was decided by, if there was one
 */
public record Decision(boolean allow, Why why, Optional<LocalVerdicts.Known> known) {
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
    /** No verdict: the appliance cannot be reached. */
    APPLIANCE_AWAY,
    /** No verdict: the appliance has too much to do. */
    BUSY,
    /** No verdict: the appliance's engine failed. */
    ENGINE,
    /** No verdict: the agent has just started. */
    STARTING,
    /** No verdict: its deadline came first. */
    DEADLINE,
    /** No verdict: this guest's descriptors ran out. */
    OVERLOAD,
    /** No verdict: the content could not be read, or never stood still. */
    UNREADABLE,
    /** No verdict: the agent is stopping. */
    STOPPING
  }

  static Decision allow(Why why) {
    return new Decision(true, why, Optional.empty());
  }
}
