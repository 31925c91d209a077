// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

/** What can be full, so that a guest is told Busy. */
enum Bound {
  /** Asks that wait, in total. */
  WAITERS,
  /** Asks of one guest that wait. */
  GUEST_WAITERS,
  /** Asks that wait for one content. */
  FLIGHT_WAITERS,
  /** Contents on their way to a verdict. */
  FLIGHTS,
  /** The staging, for all or for one guest; which one is counted there. */
  STAGING,
  /** The disk below the staging. */
  DISK,
  /** The engine's queue. */
  QUEUE
}
