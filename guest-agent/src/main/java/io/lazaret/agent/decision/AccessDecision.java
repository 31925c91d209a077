// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.agent.client.VerdictSource;
import io.lazaret.agent.decision.Decision.Why;
import io.lazaret.agent.decision.DecisionSettings.Failure;
import io.lazaret.agent.decision.LocalVerdicts.Known;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The path of one access: excluded? known here? else hash it through the watcher's own descriptor,
 * ask, look again whether it is still the same file, and answer.
 *
 * <p>A watcher calls {@link #atOnce} where it must not wait, {@link #decide} where it may, {@link
 * #withoutVerdict} when it cannot wait any longer, and {@link #answered} once it has answered.
 */
public final class AccessDecision {
  private final LocalVerdicts memory;
  private final ContentThreads content;
  private final VerdictSource source;
  private final Outcomes outcomes;
  private final Counters counters;
  private final Clock clock;
  private final Judge judge;
  private final Flights flights = new Flights();
  private final ProgramHashes programs = new ProgramHashes();
  private final AtomicReference<DecisionSettings> settings;

  public AccessDecision(
      DecisionSettings settings,
      LocalVerdicts memory,
      ContentThreads content,
      VerdictSource source,
      DecisionListener listener,
      Counters counters,
      Clock clock) {
    this(
        new AtomicReference<>(settings),
        memory,
        content,
        source,
        new Outcomes(listener, counters),
        counters,
        clock);
  }

  private AccessDecision(
      AtomicReference<DecisionSettings> settings,
      LocalVerdicts memory,
      ContentThreads content,
      VerdictSource source,
      Outcomes outcomes,
      Counters counters,
      Clock clock) {
    this.settings = settings;
    this.memory = memory;
    this.content = content;
    this.source = source;
    this.outcomes = outcomes;
    this.counters = counters;
    this.clock = clock;
    this.judge = new Judge(memory, content, source, counters, clock);
  }

  /** The same path, for practice: nobody is told what it comes to. */
  public AccessDecision rehearsing(Counters practice) {
    return new AccessDecision(
        settings(), memory, content, source, DecisionListener.NOBODY, practice, clock);
  }

  /**
   * The same path with the same settings, whatever they become, and the same listener, for who
   * reads on threads of its own and remembers elsewhere.
   */
  public AccessDecision with(LocalVerdicts otherMemory, ContentThreads otherContent) {
    return new AccessDecision(
        settings, otherMemory, otherContent, source, outcomes, counters, clock);
  }

  /** Other settings, from the next access on. */
  public void settings(DecisionSettings changed) {
    settings.set(changed);
  }

  public DecisionSettings settings() {
    return settings.get();
  }

  /** Whether the policy allows it without a look, as far as that can be said without waiting. */
  public boolean excludes(ObservedAccess access) {
    return settings().exclusions().contains(access);
  }

  /** What can be said without waiting for anything: exclusions, empty files, the memory. */
  public Optional<Decision> atOnce(ObservedAccess access) {
    if (access.identity().size() == 0) {
      return Optional.of(Decision.allow(Why.NOTHING_TO_SCAN));
    }
    Exclusions exclusions = settings().exclusions();
    if (exclusions.contains(access)) {
      return Optional.of(Decision.allow(Why.EXCLUDED));
    }
    Optional<Known> known = memory.find(access.identity());
    Set<ContentHash> hashes = exclusions.hashesOf(access);
    if (!hashes.isEmpty() && known.filter(AccessDecision::isClean).isEmpty()) {
      Optional<Boolean> excluded = programs.isOneOf(hashes, access);
      if (excluded.isEmpty()) {
        return Optional.empty(); // the executable has to be read first
      }
      if (excluded.get()) {
        return Optional.of(Decision.allow(Why.EXCLUDED));
      }
    }
    known.ifPresent(found -> counters.count(Metric.OPENS_FROM_MEMORY));
    return known.map(this::byVerdict);
  }

  /** Decides; blocks until there is a verdict or the access's work deadline. */
  public Decision decide(ObservedAccess access) throws InterruptedException {
    Optional<Decision> known = atOnce(access);
    if (known.isPresent()) {
      return known.get();
    }
    Set<ContentHash> hashes = settings().exclusions().hashesOf(access);
    if (!hashes.isEmpty()) {
      if (isProgram(hashes, access)) {
        return Decision.allow(Why.EXCLUDED);
      }
      Optional<Known> remembered = memory.find(access.identity());
      if (remembered.isPresent()) {
        return byVerdict(remembered.get());
      }
    }
    if (access.identity().size() > settings().longestContent()) {
      return withoutVerdict(access, Why.TOO_LARGE);
    }
    return switch (flights.share(access, () -> judge.judge(access, this::clean), this::joined)) {
      case Judgement.Verdictful judged -> byVerdict(judged.known());
      case Judgement.None none -> withoutVerdict(access, none.why());
    };
  }

  /** A program that cannot be read is as good as any other: what it accesses is looked at. */
  private boolean isProgram(Set<ContentHash> hashes, ObservedAccess access)
      throws InterruptedException {
    try {
      return programs.isOneOf(hashes, access, content, access.lane());
    } catch (IOException | TimeoutException unreadable) {
      return false;
    }
  }

  private static boolean isClean(Known known) {
    return known.verdict() instanceof Verdict.Clean;
  }

  /** Answers a held open whose content turned out to be clean. */
  private void clean(HeldAccess open, Known known) {
    open.settle(byVerdict(known));
  }

  private void joined() {
    counters.count(Metric.OPENS_JOINED);
  }

  private Decision byVerdict(Known known) {
    DecisionSettings policy = settings();
    return switch (known.verdict()) {
      case Verdict.Clean clean -> new Decision(true, Why.CLEAN, Optional.of(known));
      case Verdict.Infected infected ->
          new Decision(policy.infected() == Failure.ALLOW, Why.INFECTED, Optional.of(known));
      case Verdict.Incomplete incomplete ->
          new Decision(policy.incomplete() == Failure.ALLOW, Why.INCOMPLETE, Optional.of(known));
    };
  }

  /**
   * What is done by policy where there is no verdict; a file that was once found infected and has
   * not changed stays denied.
   */
  public Decision withoutVerdict(ObservedAccess access, Why why) {
    Optional<Known> infected = memory.findInfected(access.identity());
    if (infected.isPresent()) {
      return byVerdict(infected.get());
    }
    DecisionSettings policy = settings();
    Failure failure =
        access.lane() == Lane.EXECUTE ? policy.executeFailure() : policy.openFailure();
    return new Decision(failure == Failure.ALLOW, why, Optional.empty());
  }

  /** Whether a verdict made under this engine state counts now. */
  public boolean counts(long epoch) {
    return memory.counts(epoch);
  }

  /** Whether the file is remembered as clean at this moment. */
  public boolean remembersClean(ObservedAccess access) {
    return memory
        .find(access.identity())
        .filter(known -> known.verdict() instanceof Verdict.Clean)
        .isPresent();
  }

  /** Counts and reports what was done with an access; never blocks. */
  public void answered(ObservedAccess access, Decision decision) {
    outcomes.answered(access, decision);
  }

  /** Reports a decision that came after its access had been answered without a verdict. */
  public void learned(ObservedAccess access, Decision answered, Decision decision) {
    outcomes.learned(access, answered, decision);
  }
}
