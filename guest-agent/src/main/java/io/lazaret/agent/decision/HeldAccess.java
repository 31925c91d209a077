// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

/** An access that somebody waits for, and that can be answered from any thread. */
public interface HeldAccess extends ObservedAccess {
  /** Answers it, unless it was answered before; false then. */
  boolean settle(Decision decided);

  /** Whether looking at the file again cannot wait for anybody: it is on a disk of this machine. */
  boolean looksAtOnce();
}
