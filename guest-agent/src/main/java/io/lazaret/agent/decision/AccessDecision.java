// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

/** The path of one access. */
public interface AccessDecision {
  /** Decides; blocks until there is a verdict or the access's deadline, on a virtual thread. */
  Decision decide(ObservedAccess access) throws InterruptedException;
}
