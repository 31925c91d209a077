// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.content.Staging;
import io.lazaret.appliance.engine.Engine;
import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.ledger.Holders;
import io.lazaret.appliance.ledger.VerdictReserve;
import io.lazaret.appliance.ledger.VerdictStore;
import io.lazaret.appliance.metrics.Costs;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.verdict.VerdictMemory.Kept;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Outcome.Source;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.codec.Batches;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The path of one ask: memory, else the flight for its content, which goes on to store, upload and
 * scan.
 *
 * <p>What is in memory is answered on the calling thread without a lock; everything else is
 * answered later through the {@link Asker}.
 */
public final class VerdictService implements AutoCloseable {
  /** Most infected verdicts that are given although the store could not save them. */
  public static final int UNSAVED_AT_MOST = 10_000;

  private static final int MISSED_AT_MOST = 1_000;
  // A session that breaks may lose what was on its way.
  private static final Duration SAFETY = Duration.ofMinutes(10);

  private final UnsavedVerdicts store;
  private final Holders holders;
  private final Clock clock;
  private final VerdictMemory memory;
  private final Freshness freshness;
  private final Reverification reverification;
  private final FlightDeck deck;
  private final Findings findings;
  private final Costs costs;
  private final VerdictSettings settings;
  private final VerdictFigures figures;
  private final ScheduledExecutorService timer;
  private final ExecutorService threads;
  private final AtomicInteger waiters = new AtomicInteger();
  private final Waiter.Settled settled = this::settled;
  // What most asks are answered with, made once per epoch.
  private volatile Outcome.Judged cleanNow = new Outcome.Judged(Verdict.CLEAN, 0, Source.MEMORY);

  /**
   * @param timer ends asks at their deadlines; never blocked, closed by its owner
   */
  public VerdictService(
      VerdictStore store,
      VerdictReserve reserve,
      Staging staging,
      Engine engine,
      Push push,
      Findings findings,
      Holders holders,
      VerdictSettings settings,
      Metrics metrics,
      Costs costs,
      ScheduledExecutorService timer,
      Clock clock) {
    this.memory =
        new VerdictMemory(settings.memoryEntries(), metrics.counter(Metric.MEMORY_EVICTIONS));
    this.freshness = new Freshness(settings.grace(), settings.executeGrace(), clock);
    this.reverification =
        new Reverification(
            push, holders, settings.reverify(), this::isUpToDate, metrics, System::nanoTime);
    this.store = new UnsavedVerdicts(store, reserve, UNSAVED_AT_MOST);
    this.holders = holders;
    this.clock = clock;
    this.findings = findings;
    this.costs = costs;
    this.settings = settings;
    this.figures = new VerdictFigures(metrics);
    this.timer = timer;
    this.threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("flight-", 0).factory());
    this.deck =
        new FlightDeck(
            this.store,
            staging,
            engine,
            memory,
            freshness,
            findings,
            reverification,
            settings,
            figures,
            costs,
            clock,
            threads);
    metrics.gauge(Metric.MEMORY_VERDICTS, memory::size);
    metrics.gauge(Metric.MEMORY_VERDICTS_LIMIT, settings::memoryEntries);
    metrics.gauge(Metric.VERDICTS_UNSAVED, this.store::size);
    metrics.gauge(Metric.FLIGHTS, deck::size);
    metrics.gauge(Metric.FLIGHTS_LIMIT, settings::flights);
    metrics.gauge(Metric.UPLOADS_WAITING, () -> deck.uploadTurns().waiting());
    metrics.gauge(Metric.WAITERS, waiters::get);
    metrics.gauge(Metric.WAITERS_LIMIT, settings::waiters);
  }

  /**
   * Takes a batch of asks.
   *
   * @return the final answers that are known at once; for all others the asker has a {@link Ticket}
   */
  public List<Answer> ask(Asker asker, List<Ask> asks) {
    costs.asked(asker.guest().name(), asks);
    List<Answer> answers = new ArrayList<>(asks.size());
    for (Ask ask : asks) {
      figures.asked(ask.access().lane());
      Outcome outcome = ask(asker, ask);
      if (outcome != null) {
        figures.answered(ask.access().lane(), outcome);
        answers.add(new Answer(ask.id(), outcome));
      }
    }
    return answers;
  }

  private @Nullable Outcome ask(Asker asker, Ask ask) {
    Outcome known = fromMemory(asker, ask.access());
    if (known != null) {
      return known;
    }
    if (ask.access().lane() == Lane.RESCAN) {
      Guest guest = asker.guest();
      reverification.reacted(guest.tenant().domain(), ask.access().content(), guest.id());
    }
    if (ask.access().content().length() > settings.contentLength()) {
      return new Outcome.Refused(Refusal.CONTENT_TOO_LONG);
    }
    Bound met = boundMet(asker.waiting());
    if (met != null) {
      return deck.busy(met, asker.waiting());
    }
    if (waiters.incrementAndGet() > settings.waiters()) {
      waiters.decrementAndGet();
      return deck.busy(Bound.WAITERS);
    }
    Waiter waiter = new Waiter(asker, ask, System.nanoTime(), settled);
    asker.pending(ask.id(), waiter);
    FlightKey key = new FlightKey(asker.guest().tenant().domain(), ask.access().content());
    Outcome outcome = deck.board(key, waiter, () -> fromMemory(asker, ask.access()));
    if (outcome != null) {
      waiter.settle(outcome);
    } else {
      waiter.endsBy(
          timer.schedule(
              () -> waiter.settle(new Outcome.Refused(Refusal.DEADLINE_PASSED)),
              ask.deadlineMillis(),
              TimeUnit.MILLISECONDS));
    }
    return null;
  }

  /**
   * Which bound keeps a guest with so many asks from one more, before it costs anything; null when
   * none. It may have as many as are left for all others, so there is always room for one who has
   * none.
   */
  private @Nullable Bound boundMet(int waiting) {
    if (waiting >= settings.waitersPerGuest()) {
      return Bound.GUEST_WAITERS;
    }
    return waiting > settings.waiters() - waiters.get() ? Bound.WAITERS : null;
  }

  private @Nullable Outcome fromMemory(Asker asker, Access access) {
    int domain = asker.guest().tenant().domain();
    Kept kept = memory.find(domain, access.content());
    if (kept == null) {
      return null;
    }
    switch (freshness.of(kept.verdict(), kept.epoch(), kept.judgedAt(), access.lane())) {
      case SERVE -> {}
      case SERVE_AND_REVERIFY ->
          reverification.wanted(domain, access.content(), asker.guest().id(), access.path());
      case STALE -> {
        return null;
      }
    }
    findings.told(asker.guest(), access, kept.verdict());
    figures.saved(access.content().length());
    Outcome.Judged clean = cleanNow;
    return kept.epoch() == clean.epoch() && kept.verdict().equals(clean.verdict())
        ? clean
        : new Outcome.Judged(kept.verdict(), kept.epoch(), Source.MEMORY);
  }

  /** Called for each waiter once, on any thread; without an outcome it was cancelled. */
  private void settled(Waiter waiter, @Nullable Outcome outcome) {
    waiters.decrementAndGet();
    Lane lane = waiter.lane();
    Guest guest = waiter.asker().guest();
    int domain = guest.tenant().domain();
    Access access = waiter.ask().access();
    if (lane == Lane.RESCAN && !(outcome instanceof Outcome.Judged)) {
      reverification.failed(domain, access.content(), guest.id());
    }
    if (outcome == null) {
      return;
    }
    figures.answered(lane, outcome);
    figures.waited(lane, System.nanoTime() - waiter.arrivedNanos());
    if (outcome instanceof Outcome.Judged judged && judged.source() != Source.MEMORY) {
      findings.told(guest, access, judged.verdict());
      if (judged.source() != Source.SCAN) {
        figures.saved(access.content().length());
      }
      if (judged.epoch() != freshness.current()) {
        reverification.wanted(domain, access.content(), guest.id(), access.path());
      }
    }
  }

  /**
   * The engine was seen in this state; call it often.
   *
   * @return whether that is news, of which guests are to be told
   */
  public boolean epochIs(long epoch) {
    if (!freshness.epochIs(epoch)) {
      return false;
    }
    cleanNow = new Outcome.Judged(Verdict.CLEAN, epoch, Source.MEMORY);
    reverification.epochIs(epoch);
    return true;
  }

  private boolean isUpToDate(FlightKey key) {
    Kept kept = memory.find(key.domain(), key.content());
    return kept != null && kept.epoch() == freshness.current();
  }

  /**
   * What a guest whose session has just opened may have missed: the verdicts of what it has that
   * changed within the grace, for within it the guest may still use those before. When they are too
   * many to tell, it is told that all it knows from older epochs has no grace any more. What it
   * asks before this is known may be among them, with the same answer.
   */
  public CompletableFuture<List<Message>> missed(Guest guest) {
    Duration back = freshness.longestGrace().plus(SAFETY);
    boolean all = holders.hasGaps(freshness.longestGrace());
    // The store may have to wait for a disk; a session begins on an event loop.
    return CompletableFuture.completedFuture(guest)
        .thenComposeAsync(
            who ->
                store.changedSince(
                    who.tenant().domain(),
                    all ? VerdictStore.ANY_GUEST : who.id(),
                    clock.instant().minus(back),
                    MISSED_AT_MOST + 1),
            threads)
        .thenApply(changed ->
            changed.size() > MISSED_AT_MOST
                ? List.of(new Message.EpochChanged(freshness.current(), 0))
                : List.copyOf(Batches.revocations(changed.stream().map(Revocations::of).toList())));
  }

  /** Drops a content from memory; what is on its way to a verdict goes on. */
  public void forget(int domain, ContentKey content) {
    store.forget(domain, content);
    memory.forget(domain, content);
  }

  /** Saves what was found and could not be saved; call it every few seconds. */
  public void saveAgain() {
    store.saveAgain();
  }

  /** What an operator has to know; empty when there is nothing. */
  public String problem() {
    return store.problem();
  }

  /** The present epoch; 0 while the engine has not said it. */
  public long epoch() {
    return freshness.current();
  }

  /** How long a clean verdict of an older epoch is served. */
  public Duration grace() {
    return freshness.grace();
  }

  /** Has some verdicts of older epochs made again; call it a few times a second. */
  public void reverify() {
    reverification.sendSome();
  }

  /** Waits for what is in flight, within the time, then ends it. */
  public void drain(Duration time) throws InterruptedException {
    threads.shutdown();
    if (!threads.awaitTermination(time.toMillis(), TimeUnit.MILLISECONDS)) {
      threads.shutdownNow();
      threads.awaitTermination(time.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
