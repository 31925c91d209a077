// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

/** Numbers the states that the engine has been in; the numbers survive restarts. */
@FunctionalInterface
public interface EpochBook {
  /**
   * The number of this state: the one it had before, else the next higher than all given so far; at
   * least 1. A state that returns has its old number, so compare for equality, not for order.
   * Called seldom and never on an event loop; on disk when it returns.
   */
  long numberOf(String state);
}
