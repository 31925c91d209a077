// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then, while another appliance serves, whether one that comes before it in the list
 * is there again. The link's thread calls it; only the look itself is on a virtual thread.
 */
final class Homecoming {
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final Logger LOG = LoggerFactory.getLogger(Homecoming.class);

  private final Transport.Dialler dialler;
  private final Duration first;
  private final RandomGenerator random;
  private final AtomicReference<@Nullable ApplianceAddress> found = new AtomicReference<>();
  private List<ApplianceAddress> better = List.of();
  private Duration wait;
  private long dueNanos;
  private @Nullable Thread look;

  Homecoming(Transport.Dialler dialler, Duration first, RandomGenerator random) {
    this.dialler = dialler;
    this.first = first;
    this.random = random;
    this.wait = first;
  }

  /** A session has begun; these come before its appliance. */
  void begin(List<ApplianceAddress> before) {
    better = before;
    found.set(null);
    dueNanos = System.nanoTime() + jittered(wait);
  }

  /** The session has ended. One that had nothing before it and held makes the next return early. */
  void end(Duration lasted) {
    if (better.isEmpty() && lasted.compareTo(first) > 0) {
      wait = first;
    }
    better = List.of();
  }

  /** One tick of a live session; the appliance to return to when it has answered. */
  @Nullable ApplianceAddress tick() {
    ApplianceAddress back = found.getAndSet(null);
    if (back != null && better.contains(back)) {
      // Whoever does not hold there comes back later and later.
      wait = longer();
      return back;
    }
    boolean looking = look != null && look.isAlive();
    if (!better.isEmpty() && !looking && System.nanoTime() - dueNanos >= 0) {
      List<ApplianceAddress> candidates = better;
      look = Thread.ofVirtual().name("lazaret-homecoming").start(() -> look(candidates));
      wait = longer();
      dueNanos = System.nanoTime() + jittered(wait);
    }
    return null;
  }

  private void look(List<ApplianceAddress> candidates) {
    for (ApplianceAddress candidate : candidates) {
      try (Transport answered = dialler.dial(candidate)) {
        LOG.debug("appliance is there again appliance={} key={}", candidate, answered.peer());
        found.set(candidate);
        return;
      } catch (IOException | RuntimeException notThere) {
        LOG.debug("appliance is not there yet appliance={}", candidate, notThere);
      }
    }
  }

  private Duration longer() {
    Duration twice = wait.multipliedBy(2);
    return twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
  }

  private long jittered(Duration full) {
    long half = full.toNanos() / 2;
    return half + random.nextLong(half + 1);
  }
}
