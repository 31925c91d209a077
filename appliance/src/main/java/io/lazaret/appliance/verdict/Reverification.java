// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.ledger.Exposure;
import io.lazaret.appliance.ledger.Holders;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Message;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has verdicts of older epochs made again, by asking a guest that has the content to ask for it at
 * lane RESCAN. Those in use go first, in order of use; then, found by the {@link Sweep}, those that
 * guests hold; guests take turns. A guest that does not react is followed by the next holder.
 *
 * <p>All state is guarded by this object's lock, which is never held while a guest is told
 * something or the ledger is asked.
 */
final class Reverification {
  private static final Logger log = LoggerFactory.getLogger(Reverification.class);
  private static final int HOLDERS = 100;
  private static final int SHARE_OF_RUNNING = 4;
  // What guests hold has every fourth turn, however much is in use.
  private static final int HELD_EVERY = 4;

  private final Push push;
  private final Holders holders;
  private final ReverifySettings settings;
  private final Predicate<FlightKey> upToDate;
  private final Metrics metrics;
  private final LongSupplier nanoTime;
  private final Sweep sweep;
  private final ReverifyQueue used = new ReverifyQueue();
  private final ReverifyQueue swept = new ReverifyQueue();
  private final LinkedHashMap<FlightKey, ReverifyCase> asked = new LinkedHashMap<>();
  private double budget = 1;
  private long turns;
  private long budgetNanos;

  /**
   * @param upToDate whether a content's verdict is known to be of the present epoch
   */
  Reverification(
      Push push,
      Holders holders,
      ReverifySettings settings,
      Predicate<FlightKey> upToDate,
      Metrics metrics,
      LongSupplier nanoTime) {
    this.push = push;
    this.holders = holders;
    this.settings = settings;
    this.upToDate = upToDate;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.budgetNanos = nanoTime.getAsLong();
    this.sweep = new Sweep(holders, settings.again(), nanoTime, this::found);
    metrics.gauge(Metric.REVERIFY_QUEUE, this::size);
    metrics.gauge(Metric.REVERIFY_QUEUE_LIMIT, settings::queue);
    metrics.gauge(Metric.REVERIFY_GUEST, this::mostOfOneGuest);
    metrics.gauge(Metric.REVERIFY_GUEST_LIMIT, settings::queuePerGuest);
  }

  /** There is a new engine state: everything that guests hold is to be looked at again. */
  void epochIs(long epoch) {
    synchronized (this) {
      swept.clear();
    }
    sweep.start(epoch);
  }

  /** A guest was told this older verdict just now: it has the file. */
  void wanted(int domain, ContentKey content, long guest, String path) {
    FlightKey key = new FlightKey(domain, content);
    String full = "";
    synchronized (this) {
      if (asked.containsKey(key) || !goesSooner(used.find(key), guest)) {
        return;
      }
      if (used.sizeOf(guest) >= settings.queuePerGuest()) {
        full = "dropped_guest";
      } else if (!swept.remove(key) && !used.remove(key) && size() >= settings.queue()) {
        full = "dropped";
      } else {
        used.add(new ReverifyCase(key, guest, path));
      }
    }
    if (!full.isEmpty()) {
      count(full);
    }
  }

  /** Whether a content would wait for less among this guest's than where it waits now. */
  private boolean goesSooner(@Nullable ReverifyCase waiting, long guest) {
    return waiting == null || used.sizeOf(guest) + 1 < used.sizeOf(waiting.owner());
  }

  private synchronized void found(Holders.Outdated outdated) {
    FlightKey key = new FlightKey(outdated.domain(), outdated.content());
    if (used.find(key) == null
        && swept.find(key) == null
        && !asked.containsKey(key)
        && size() < settings.queue()) {
      swept.add(new ReverifyCase(key, outdated.guest(), outdated.path()));
    }
  }

  /** Asks guests for the next few; call it a few times a second. */
  void sendSome() {
    long now = nanoTime.getAsLong();
    for (ReverifyCase late : overdue(now)) {
      count("no_reaction");
      tryNext(late);
    }
    earn(now);
    for (ReverifyCase next = take(); next != null; next = take()) {
      tryNext(next);
    }
    sweep.goOn(sweptLeft());
  }

  /** That guest asks about it at lane RESCAN: it has as long as an upload and a scan may take. */
  synchronized void reacted(int domain, ContentKey content, long guest) {
    ReverifyCase one = asked.get(new FlightKey(domain, content));
    if (one != null && one.guest == guest) {
      one.untilNanos = nanoTime.getAsLong() + settings.workTime().toNanos();
    }
  }

  /** That guest's ask at lane RESCAN came to nothing. */
  void failed(int domain, ContentKey content, long guest) {
    ReverifyCase one;
    synchronized (this) {
      one = asked.get(new FlightKey(domain, content));
      if (one == null || one.guest != guest) {
        return;
      }
      asked.remove(one.key());
    }
    count("failed");
    tryNext(one);
  }

  /** Its verdict was made under the present epoch, whoever asked. */
  void verified(FlightKey key) {
    boolean was;
    synchronized (this) {
      int before = size();
      asked.remove(key);
      used.remove(key);
      swept.remove(key);
      was = size() < before;
    }
    if (was) {
      count("verified");
    }
  }

  /** How many wait or are asked for. */
  synchronized int size() {
    return used.size() + swept.size() + asked.size();
  }

  private synchronized int mostOfOneGuest() {
    return used.most();
  }

  private synchronized int sweptLeft() {
    return swept.size();
  }

  private synchronized List<ReverifyCase> overdue(long now) {
    List<ReverifyCase> late = new ArrayList<>();
    for (Iterator<ReverifyCase> each = asked.values().iterator(); each.hasNext(); ) {
      ReverifyCase one = each.next();
      if (one.untilNanos - now <= 0) {
        each.remove();
        late.add(one);
      }
    }
    return late;
  }

  private synchronized void earn(long now) {
    double earned = settings.perSecond() * (double) (now - budgetNanos) / 1e9;
    budget = Math.min(budget + earned, Math.max(1, settings.perSecond()));
    budgetNanos = now;
  }

  /** The next one there is room and budget for; it counts as asked from now on. */
  private synchronized @Nullable ReverifyCase take() {
    while (budget >= 1 && asked.size() < settings.running()) {
      boolean heldFirst = turns % HELD_EVERY == HELD_EVERY - 1;
      ReverifyCase next = (heldFirst ? swept : used).poll(this::hasRoom);
      if (next == null) {
        next = (heldFirst ? used : swept).poll(this::hasRoom);
      }
      if (next == null) {
        return null;
      }
      if (!upToDate.test(next.key())) {
        budget--;
        turns++;
        next.untilNanos = nanoTime.getAsLong() + settings.answerTime().toNanos();
        next.guest = next.owner();
        asked.put(next.key(), next);
        return next;
      }
    }
    return null;
  }

  /** A guest that does not react must not be what everybody waits for. */
  private boolean hasRoom(long guest) {
    int atMost = Math.max(1, settings.running() / SHARE_OF_RUNNING);
    return asked.values().stream().filter(one -> one.guest == guest).limit(atMost).count() < atMost;
  }

  /** Asks the next holder that is there; looks into the ledger for more of them, once. */
  private void tryNext(ReverifyCase one) {
    while (true) {
      ReverifyCase.Holder holder;
      synchronized (this) {
        holder = one.next.poll();
        if (holder != null) {
          if (!one.tried.add(holder.guest())) {
            continue;
          }
          one.guest = holder.guest();
          one.untilNanos = nanoTime.getAsLong() + settings.answerTime().toNanos();
          // Before it is told: its answer may be faster than we are.
          asked.put(one.key(), one);
        }
      }
      if (holder == null) {
        break;
      }
      if (push.toGuest(holder.guest(), new Message.Reverify(one.key().content(), holder.path()))) {
        count("asked");
        return;
      }
    }
    boolean first;
    synchronized (this) {
      first = !one.ledgerAsked;
      one.ledgerAsked = true;
      if (first) {
        one.guest = 0;
        asked.put(one.key(), one);
      } else {
        asked.remove(one.key(), one);
      }
    }
    if (first) {
      lookUp(one);
    } else {
      sweep.leftOver(one.key());
      count("no_holder");
    }
  }

  private void lookUp(ReverifyCase one) {
    var _ =
        holders
            .holders(one.key().domain(), one.key().content().hash(), HOLDERS)
            .whenComplete((found, failure) -> {
              if (failure != null) {
                log.warn("holders not read: content={}", one.key().content(), failure);
              } else {
                add(one, found);
              }
              tryNext(one);
            });
  }

  private synchronized void add(ReverifyCase one, List<Exposure> found) {
    for (Exposure exposure : found) {
      one.next.add(new ReverifyCase.Holder(exposure.guest(), exposure.path()));
    }
  }

  private void count(String result) {
    metrics.count(Metric.REVERIFICATIONS, result);
  }
}
