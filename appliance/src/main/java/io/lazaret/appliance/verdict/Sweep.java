// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.ledger.Exposure;
import io.lazaret.appliance.ledger.Holders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through what guests hold, most recently used first, for verdicts that are not of the present
 * epoch; page by page, as they are worked off, with a few of each guest from each page. While some
 * are left because nobody who has them was there, it begins again after a while; where a guest had
 * more, at once.
 */
final class Sweep {
  private static final Logger log = LoggerFactory.getLogger(Sweep.class);
  private static final int ACCESSES_AT_ONCE = 500;
  private static final int LEFT_OVER_AT_MOST = 100_000;
  private static final int OF_ONE_GUEST_AT_ONCE = 50;
  private static final Duration SOON = Duration.ofSeconds(5);

  private final Holders holders;
  private final Duration again;
  private final LongSupplier nanoTime;
  private final Consumer<Holders.Outdated> found;
  // What nobody was there for in this round: its other holders' entries need not be tried.
  private final Set<FlightKey> leftOver = new HashSet<>();
  private boolean someLeft;
  private boolean somePassedOver;
  private boolean running;
  private boolean reading;
  private long epoch;
  private long round;
  private long notBeforeNanos;
  private @Nullable Exposure end;

  Sweep(Holders holders, Duration again, LongSupplier nanoTime, Consumer<Holders.Outdated> found) {
    this.holders = holders;
    this.again = again;
    this.nanoTime = nanoTime;
    this.found = found;
  }

  /** Begins anew. */
  synchronized void start(long presentEpoch) {
    epoch = presentEpoch;
    someLeft = false;
    leftOver.clear();
    notBeforeNanos = nanoTime.getAsLong();
    startRound();
  }

  private void startRound() {
    round++;
    running = true;
    reading = false;
    somePassedOver = false;
    end = null;
  }

  /** Nobody who has it is there. */
  synchronized void leftOver(FlightKey key) {
    someLeft = true;
    if (leftOver.size() < LEFT_OVER_AT_MOST) {
      leftOver.add(key);
    }
  }

  /**
   * Reads on when it is time to; never blocks.
   *
   * @param waiting how many of those it found are not worked off
   */
  void goOn(int waiting) {
    long mine;
    long of;
    Optional<Exposure> after;
    synchronized (this) {
      long now = nanoTime.getAsLong();
      if (!running && epoch != 0 && now - notBeforeNanos >= 0) {
        if (somePassedOver) {
          startRound(); // those that nobody was there for are not tried again so soon
        } else if (someLeft) {
          start(epoch);
        }
      }
      if (!running || reading || waiting > 0 || now - notBeforeNanos < 0) {
        return;
      }
      reading = true;
      mine = round;
      of = epoch;
      after = Optional.ofNullable(end);
    }
    var _ =
        holders
            .outdated(of, after, ACCESSES_AT_ONCE)
            .whenComplete((page, failure) -> took(mine, page, failure));
  }

  private void took(long mine, Holders.@Nullable Page page, @Nullable Throwable failure) {
    List<Holders.Outdated> shares;
    synchronized (this) {
      if (mine != round) {
        return;
      }
      reading = false;
      if (page == null) {
        log.warn("outdated verdicts not read; tried again", failure);
        notBeforeNanos = nanoTime.getAsLong() + SOON.toNanos();
        return;
      }
      shares = shares(page.found());
      end = page.end().orElse(null);
      running = end != null;
      if (!running) {
        somePassedOver &= leftOver.size() < LEFT_OVER_AT_MOST;
        notBeforeNanos = nanoTime.getAsLong() + (somePassedOver ? SOON : again).toNanos();
      }
    }
    for (Holders.Outdated outdated : shares) {
      found.accept(outdated);
    }
  }

  /** What one guest has more than its share waits for the next round, so that others come first. */
  private List<Holders.Outdated> shares(List<Holders.Outdated> all) {
    List<Holders.Outdated> taken = new ArrayList<>();
    Map<Long, Integer> counts = new HashMap<>();
    for (Holders.Outdated outdated : all) {
      if (leftOver.contains(new FlightKey(outdated.domain(), outdated.content()))) {
        continue;
      }
      if (counts.merge(outdated.guest(), 1, Integer::sum) <= OF_ONE_GUEST_AT_ONCE) {
        taken.add(outdated);
      } else {
        somePassedOver = true;
      }
    }
    return taken;
  }
}
