// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.content.Staging;
import io.lazaret.appliance.engine.Engine;
import io.lazaret.appliance.engine.ScanResult;
import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.ledger.VerdictStore;
import io.lazaret.appliance.metrics.Costs;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Verdict.Incomplete;
import io.lazaret.protocol.Verdict.Infected;
import io.lazaret.protocol.Verdict.Reason;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All flights there are, and what they fly with. */
final class FlightDeck {
  private static final Logger log = LoggerFactory.getLogger(FlightDeck.class);

  // Asks of a guest that wait, for which it is told to stay away once longer.
  private static final int ASKS_FOR_ONCE_MORE = 512;
  private static final int MOST_TIMES = 10;
  // More would only wait for the ledger's readers, in the order in which they came.
  private static final int BEGINNING_AT_ONCE = 16;

  private final VerdictStore store;
  private final Staging staging;
  private final Engine engine;
  private final VerdictMemory memory;
  private final Freshness freshness;
  private final Findings findings;
  private final Reverification reverification;
  private final VerdictSettings settings;
  private final VerdictFigures figures;
  private final Costs costs;
  private final Clock clock;
  private final TakeOffs takeOffs;
  private final UploadTurns uploadTurns;
  private final ConcurrentHashMap<FlightKey, Flight> flights = new ConcurrentHashMap<>();

  FlightDeck(
      VerdictStore store,
      Staging staging,
      Engine engine,
      VerdictMemory memory,
      Freshness freshness,
      Findings findings,
      Reverification reverification,
      VerdictSettings settings,
      VerdictFigures figures,
      Costs costs,
      Clock clock,
      Executor threads) {
    this.store = store;
    this.staging = staging;
    this.engine = engine;
    this.memory = memory;
    this.freshness = freshness;
    this.findings = findings;
    this.reverification = reverification;
    this.settings = settings;
    this.figures = figures;
    this.costs = costs;
    this.clock = clock;
    this.takeOffs = new TakeOffs(BEGINNING_AT_ONCE, threads);
    this.uploadTurns = new UploadTurns(settings.uploadsPerGuest());
  }

  /**
   * Puts a waiter on the flight for its content, starting one if there is none.
   *
   * <p>A flight puts its verdict into the memory before it is over. So whoever finds it over, or
   * gone, and looks into the memory again while no other flight can start, misses nothing: one
   * file, one scan.
   *
   * @return the outcome if there is one at once, else null
   */
  @Nullable Outcome board(FlightKey key, Waiter waiter, Recheck memoryAgain) {
    Gate gate = new Gate();
    flights.compute(
        key,
        (k, running) -> {
          if (running != null) {
            switch (running.join(waiter)) {
              case JOINED -> {
                gate.boarded = running;
                return running;
              }
              case FULL -> {
                gate.outcome = busy(Bound.FLIGHT_WAITERS);
                return running;
              }
              case OVER -> {}
            }
          }
          gate.outcome = memoryAgain.look();
          if (gate.outcome == null && !hasRoom(waiter)) {
            gate.outcome = busy(Bound.FLIGHTS, waiter.asker().waiting());
          }
          if (gate.outcome != null) {
            return null;
          }
          Flight flight = new Flight(key, this);
          flight.join(waiter);
          gate.boarded = flight;
          return flight;
        });
    Flight boarded = gate.boarded;
    if (boarded != null) {
      takeOffs.enter(boarded, waiter.asker().guest().id(), waiter.lane());
    }
    return gate.outcome;
  }

  /** A guest may have as many asks as flights are left for all others. */
  private boolean hasRoom(Waiter waiter) {
    int before = waiter.asker().waiting() - 1; // this one is among them
    return Math.max(1, before) <= settings.flights() - flights.mappingCount();
  }

  /** A flight is over and answers nobody any more. */
  void landed(Flight flight) {
    flights.remove(flight.key(), flight);
  }

  /** How many there are. */
  int size() {
    return flights.size();
  }

  boolean serves(StoredVerdict stored, Waiter waiter) {
    return freshness.of(
            stored.verdict(), stored.epoch(), stored.judgedAt().getEpochSecond(), waiter.lane())
        != Freshness.Use.STALE;
  }

  /** Whether the engine state it was made under is over: not what a re-verification asks for. */
  boolean isOver(StoredVerdict verdict) {
    return freshness.isOver(verdict.epoch());
  }

  /** A verdict was made and kept; where it is not the one that was given before, that is told. */
  void judged(Optional<StoredVerdict> before, StoredVerdict now) {
    if (!isOver(now)) {
      reverification.verified(new FlightKey(now.domain(), now.content()));
    }
    if (before.isPresent() && !before.get().verdict().equals(now.verdict())) {
      findings.changed(before.get(), now);
    }
  }

  /**
   * A verdict came after its flight was over. It cost a scan, so it is remembered, if it is about
   * the engine as it is now; never blocks.
   */
  void late(FlightKey key, Optional<StoredVerdict> before, ScanResult.Scanned scanned) {
    StoredVerdict now =
        new StoredVerdict(
            key.domain(), key.content(), scanned.verdict(), scanned.epoch(), clock.instant());
    if (!isKept(now) || knowsMore(before, now) || now.epoch() != freshness.current()) {
      return;
    }
    var _ =
        store
            .save(now)
            .handle((saved, failure) -> {
              if (failure != null) {
                log.error("verdict not recorded: content={}", key.content(), failure);
              }
              memory.put(now);
              judged(before, now);
              return now;
            });
  }

  /** Whether malware was found before: a scan that could not finish does not take that back. */
  static boolean knowsMore(Optional<StoredVerdict> before, StoredVerdict now) {
    return now.verdict() instanceof Incomplete
        && before.map(StoredVerdict::verdict).orElse(null) instanceof Infected;
  }

  /** Time limits depend on load: the next scan may see more. */
  static boolean isKept(StoredVerdict verdict) {
    return !(verdict.verdict() instanceof Incomplete(Reason reason) && reason == Reason.TIME_LIMIT);
  }

  Outcome busy(Bound bound) {
    return busy(bound, 0);
  }

  /** The more of a guest's asks wait here already, the later it may come with others. */
  Outcome busy(Bound bound, int waiting) {
    figures.met(bound);
    int times = Math.min(MOST_TIMES, 1 + waiting / ASKS_FOR_ONCE_MORE);
    return new Outcome.Busy((int) settings.busyRetry().toMillis() * times);
  }

  /** The engine's queue is full; it says for how long. */
  Outcome busy(int retryAfterMillis) {
    figures.met(Bound.QUEUE);
    return new Outcome.Busy(retryAfterMillis);
  }

  TakeOffs takeOffs() {
    return takeOffs;
  }

  UploadTurns uploadTurns() {
    return uploadTurns;
  }

  VerdictStore store() {
    return store;
  }

  Staging staging() {
    return staging;
  }

  Engine engine() {
    return engine;
  }

  VerdictMemory memory() {
    return memory;
  }

  Costs costs() {
    return costs;
  }

  Findings findings() {
    return findings;
  }

  VerdictSettings settings() {
    return settings;
  }

  Clock clock() {
    return clock;
  }

  /** Looks into the memory once more. */
  @FunctionalInterface
  interface Recheck {
    @Nullable Outcome look();
  }

  private static final class Gate {
    private @Nullable Outcome outcome;
    private @Nullable Flight boarded;
  }
}
