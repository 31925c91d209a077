// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

/** A pending ask, in the hands of its session. */
public interface Ticket {
  /** The answer is of no use any more (cancelled, session gone): none follows. */
  void cancel();
}
