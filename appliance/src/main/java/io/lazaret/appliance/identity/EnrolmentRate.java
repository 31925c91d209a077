// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** How often one address may try in a minute, and how many may try at once. */
final class EnrolmentRate {
  private static final int ADDRESSES = 65_536;

  private final InstantSource clock;
  private final int perMinute;
  private final Semaphore atOnce;
  private final AtomicLong minute = new AtomicLong();
  private final ConcurrentHashMap<String, Integer> tries = new ConcurrentHashMap<>();

  EnrolmentRate(InstantSource clock, int perMinute, int atOnce) {
    this.clock = clock;
    this.perMinute = perMinute;
    this.atOnce = new Semaphore(atOnce);
  }

  /** Whether this one may try now; if so, {@link #leave} must follow. */
  boolean enter(String address) {
    long now = clock.millis() / 60_000;
    if (minute.getAndSet(now) != now) {
      tries.clear();
    }
    if (tries.mappingCount() >= ADDRESSES && !tries.containsKey(address)) {
      return false;
    }
    return tries.merge(address, 1, (old, one) -> Math.min(old, perMinute) + one) <= perMinute
        && atOnce.tryAcquire();
  }

  /** The try has ended. */
  void leave() {
    atOnce.release();
  }
}
