// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The appliances in the order they are tried, and when each may be tried again. */
final class Targets {
  /** One of them; its fields belong to the lock of {@link Targets}. */
  static final class Target {
    final ApplianceAddress address;
    private int failures;
    private long notBefore = System.nanoTime();
    private final boolean configured;
    private boolean tried;

    private Target(ApplianceAddress address, boolean configured) {
      this.address = address;
      this.configured = configured;
    }
  }

  /** A session that lasted this long was a good one: the next try is a first one. */
  private static final Duration GOOD = Duration.ofSeconds(5);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Target> targets = new ArrayList<>();
  private final Backoff backoff;
  private boolean closed;

  Targets(List<ApplianceAddress> appliances, ClientSettings.Order order, RandomGenerator random) {
    backoff = new Backoff(random);
    List<ApplianceAddress> ordered = new ArrayList<>(appliances);
    switch (order) {
      case LISTED -> {}
      case SPREAD -> Collections.shuffle(ordered, random);
    }
    ordered.forEach(appliance -> targets.add(new Target(appliance, true)));
  }

  /** Those that come before this one. */
  List<ApplianceAddress> before(ApplianceAddress appliance) {
    lock.lock();
    try {
      return targets.stream()
          .map(target -> target.address)
          .takeWhile(address -> !address.equals(appliance))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /** This one is there again, whatever was before. */
  void atOnce(ApplianceAddress appliance) {
    lock.lock();
    try {
      for (Target target : targets) {
        if (target.address.equals(appliance)) {
          target.failures = 0;
          target.notBefore = System.nanoTime();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the first one whose time has come; null when closed. */
  @Nullable Target next() throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        long now = System.nanoTime();
        long wait = Duration.ofHours(1).toNanos();
        for (Target target : targets) {
          if (target.notBefore - now <= 0) {
            return target;
          }
          wait = Math.min(wait, target.notBefore - now);
        }
        var _ = changed.awaitNanos(wait);
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** A session is open: a new round of tries begins when it ends. */
  void connected() {
    lock.lock();
    try {
      targets.forEach(target -> target.tried = false);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A try or a session ended.
   *
   * @param lasted how long it had lasted
   * @param needsHelp whether trying again soon is no use
   * @return whether none is left that could soon be tried for the first time since the last
   *     session: every other one was tried, or rests for what it had done before
   */
  boolean failed(Target target, Duration lasted, boolean needsHelp) {
    lock.lock();
    try {
      target.failures = lasted.compareTo(GOOD) > 0 ? 1 : target.failures + 1;
      Duration wait = needsHelp ? backoff.refused() : backoff.after(target.failures);
      long now = System.nanoTime();
      target.notBefore = now + wait.toNanos();
      target.tried = true;
      return targets.stream().allMatch(each -> each.tried || each.notBefore - now > 0);
    } finally {
      lock.unlock();
    }
  }

  /**
   * These come first from now on, and may be tried at once; of others only those of the settings
   * are kept.
   */
  void prefer(List<ApplianceAddress> appliances) {
    lock.lock();
    try {
      List<ApplianceAddress> settings =
          targets.stream().filter(target -> target.configured).map(t -> t.address).toList();
      targets.removeIf(target -> !target.configured || appliances.contains(target.address));
      for (int i = 0; i < appliances.size(); i++) {
        ApplianceAddress each = appliances.get(i);
        targets.add(i, new Target(each, settings.contains(each)));
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
