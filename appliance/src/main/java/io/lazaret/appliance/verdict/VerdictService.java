// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.content.Staging;
import io.lazaret.appliance.engine.Engine;
import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.ledger.VerdictStore;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.verdict.VerdictMemory.Kept;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Outcome.Source;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.Verdict;
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
  private final VerdictMemory memory;
  private final Freshness freshness;
  private final Reverification reverification;
  private final FlightDeck deck;
  private final Findings findings;
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
      Staging staging,
      Engine engine,
      Push push,
      Findings findings,
      VerdictSettings settings,
      Metrics metrics,
      ScheduledExecutorService timer,
      Clock clock) {
    this.memory =
        new VerdictMemory(settings.memoryEntries(), metrics.counter(Metric.MEMORY_EVICTIONS));
    this.freshness = new Freshness(settings.grace(), settings.executeGrace(), clock);
    this.reverification = new Reverification(push);
    this.findings = findings;
    this.settings = settings;
    this.figures = new VerdictFigures(metrics);
    this.timer = timer;
    this.threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("flight-", 0).factory());
    this.deck =
        new FlightDeck(
            store, staging, engine, memory, freshness, findings, settings, clock, threads);
    metrics.gauge(Metric.MEMORY_VERDICTS, memory::size);
    metrics.gauge(Metric.MEMORY_VERDICTS_LIMIT, settings::memoryEntries);
    metrics.gauge(Metric.FLIGHTS, deck::size);
    metrics.gauge(Metric.FLIGHTS_LIMIT, settings::flights);
    metrics.gauge(Metric.WAITERS, waiters::get);
    metrics.gauge(Metric.WAITERS_LIMIT, settings::waiters);
  }

  /**
   * Takes a batch of asks.
   *
   * @return the final answers that are known at once; for all others the asker has a {@link Ticket}
   */
  public List<Answer> ask(Asker asker, List<Ask> asks) {
    List<Answer> answers = new ArrayList<>(asks.size());
    for (Ask ask : asks) {
      figures.asked(ask.access().lane());
      Outcome outcome = ask(asker, ask);
      if (outcome != null) {
        figures.answered(outcome);
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
    if (ask.access().content().length() > settings.contentLength()) {
      return new Outcome.Refused(Refusal.CONTENT_TOO_LONG);
    }
    if (asker.waiting() >= settings.waitersPerGuest()) {
      return deck.busy();
    }
    if (waiters.incrementAndGet() > settings.waiters()) {
      waiters.decrementAndGet();
      return deck.busy();
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
    if (outcome == null) {
      return;
    }
    Lane lane = waiter.lane();
    figures.answered(outcome);
    figures.waited(lane, System.nanoTime() - waiter.arrivedNanos());
    if (outcome instanceof Outcome.Judged judged && judged.source() != Source.MEMORY) {
      Access access = waiter.ask().access();
      findings.told(waiter.asker().guest(), access, judged.verdict());
      if (judged.source() != Source.SCAN) {
        figures.saved(access.content().length());
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
    return true;
  }

  /** Drops a content from memory; what is on its way to a verdict goes on. */
  public void forget(int domain, ContentKey content) {
    memory.forget(domain, content);
  }

  /** The present epoch; 0 while the engine has not said it. */
  public long epoch() {
    return freshness.current();
  }

  /** How long a clean verdict of an older epoch is served. */
  public Duration grace() {
    return freshness.grace();
  }

  /** What a guest that was away does not know yet: verdicts it was given that changed since. */
  public CompletableFuture<List<Revocation>> missed(Guest guest) {
    return findings.missed(guest, freshness.grace());
  }

  /** Sends out some of the re-verifications that were asked for; call it now and then. */
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
