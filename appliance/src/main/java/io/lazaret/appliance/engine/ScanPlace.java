// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Lane;

/**
 * Where a scan waits: in a lane, as a turn of a guest. A scan that several guests wait for has
 * several, and leaves them all when one of them is served. Two of them are never equal.
 */
final class ScanPlace {
  private final ScanJob job;
  private final Lane lane;
  private final int tenant;
  private final long guest;

  ScanPlace(ScanJob job, Lane lane, int tenant, long guest) {
    this.job = job;
    this.lane = lane;
    this.tenant = tenant;
    this.guest = guest;
  }

  ScanJob job() {
    return job;
  }

  Lane lane() {
    return lane;
  }

  int tenant() {
    return tenant;
  }

  long guest() {
    return guest;
  }

  boolean isOf(Lane itsLane, int itsTenant, long itsGuest) {
    return lane == itsLane && tenant == itsTenant && guest == itsGuest;
  }
}
