// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.client.VerdictSource;
import io.lazaret.agent.decision.Decision.Why;
import io.lazaret.agent.decision.LocalVerdicts.Known;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Finds out about one content: hashes it, asks, and looks again whether it is the same file. */
final class Judge {
  /** How often a file that changes meanwhile is looked at again. */
  static final int ATTEMPTS = 4;

  /**
   * Two changes within one tick of the kernel's clock may leave the same ctime (CONFIG_HZ=100: 10
   * ms); a file that was changed this shortly before it was hashed is not remembered.
   */
  static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final LocalVerdicts memory;
  private final ContentThreads content;
  private final VerdictSource source;
  private final Counters counters;
  private final Clock clock;

  Judge(
      LocalVerdicts memory,
      ContentThreads content,
      VerdictSource source,
      Counters counters,
      Clock clock) {
    this.memory = memory;
    this.content = content;
    this.source = source;
    this.counters = counters;
    this.clock = clock;
  }

  /** What was hashed, and what is to be true of it for its verdict to count. */
  private record Hashed(
      ObservedAccess access,
      FileIdentity identity,
      ContentKey key,
      boolean rememberable,
      long revision) {

    boolean isUnchanged() throws IOException {
      return access.currentIdentity().equals(identity);
    }
  }

  /**
   * Finds out; blocks until there is a verdict or the access's work deadline.
   *
   * @param clean told of a clean content that somebody waits for by the thread that receives the
   *     verdict, before this one is awake; must not wait
   */
  Judgement judge(ObservedAccess access, BiConsumer<HeldAccess, Known> clean)
      throws InterruptedException {
    try {
      FileIdentity identity = access.identity();
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        boolean rememberable = access.settled() && old(identity);
        ContentHash hash =
            content.hash(access, identity.size(), access.lane(), access.workDeadlineNanos());
        FileIdentity now = access.currentIdentity();
        if (now.equals(identity)) {
          ContentKey key = new ContentKey(hash, identity.size());
          Judgement judgement =
              ask(new Hashed(access, identity, key, rememberable, memory.revision()), clean);
          if (judgement != null) {
            return judgement;
          }
          now = access.currentIdentity();
        }
        counters.count(Metric.OPENS_CHANGED);
        identity = now;
      }
      return new Judgement.None(Why.UNREADABLE);
    } catch (TimeoutException e) {
      return new Judgement.None(Why.DEADLINE);
    } catch (IOException e) {
      return new Judgement.None(Why.UNREADABLE);
    }
  }

  /**
   * Asks the appliance, unless a file with the same content was found clean here; null when the
   * file has changed meanwhile.
   */
  private @Nullable Judgement ask(Hashed hashed, BiConsumer<HeldAccess, Known> clean)
      throws IOException, InterruptedException {
    Optional<Known> known = memory.findClean(hashed.key());
    if (known.isPresent()) {
      counters.count(Metric.OPENS_OF_KNOWN_CONTENT);
      return judged(
          hashed,
          new SourceAnswer.Judged(Verdict.CLEAN, known.get().epoch(), Outcome.Source.MEMORY));
    }
    counters.count(Metric.OPENS_ASKED);
    ObservedAccess access = hashed.access();
    AtomicReference<@Nullable Judgement> early = new AtomicReference<>();
    SourceAnswer answer =
        source.ask(
            describe(access, hashed.key()),
            content.reader(access, hashed.key().length(), access.lane()),
            access.workDeadlineNanos(),
            verdict -> early.set(cleanAtOnce(hashed, verdict, clean)));
    Judgement given = early.get();
    if (given != null) {
      return given;
    }
    return switch (answer) {
      case SourceAnswer.NoVerdict none ->
          hashed.isUnchanged() ? new Judgement.None(why(none)) : null;
      case SourceAnswer.Judged judged -> judged(hashed, judged);
    };
  }

  /** Passes a clean verdict on, on the thread that received it; null when that is not possible. */
  private @Nullable Judgement cleanAtOnce(
      Hashed hashed, SourceAnswer.Judged verdict, BiConsumer<HeldAccess, Known> clean) {
    if (!(verdict.verdict() instanceof Verdict.Clean)
        || !(hashed.access() instanceof HeldAccess open)
        || !open.looksAtOnce()) {
      return null;
    }
    try {
      Judgement.Verdictful judged = judged(hashed, verdict);
      if (judged != null) {
        clean.accept(open, judged.known());
      }
      return judged;
    } catch (IOException | RuntimeException failed) {
      // Whoever asked tries it again, and says so.
      return null;
    }
  }

  private Judgement.@Nullable Verdictful judged(Hashed hashed, SourceAnswer.Judged answer)
      throws IOException {
    if (!hashed.isUnchanged()) {
      return null;
    }
    Known known = new Known(answer.verdict(), answer.epoch(), hashed.key());
    if (hashed.rememberable()
        && hashed.access().settled()
        && !(answer.verdict() instanceof Verdict.Incomplete)) {
      memory.remember(hashed.identity(), known, hashed.revision());
    }
    return new Judgement.Verdictful(known);
  }

  private boolean old(FileIdentity identity) {
    long now = TimeUnit.MILLISECONDS.toNanos(clock.millis());
    return identity.changedNanos() + TICK_NANOS < now;
  }

  static Access describe(ObservedAccess access, ContentKey key) {
    return new Access(
        access.lane(), key, access.path(), access.process(), access.pid(), access.uid());
  }

  private static Why why(SourceAnswer.NoVerdict none) {
    return switch (none.reason()) {
      case DEADLINE -> Why.DEADLINE;
      case TOO_LARGE -> Why.TOO_LARGE;
      case INCOMPLETE -> Why.INCOMPLETE;
      case OVERLOAD -> Why.BUSY;
      case APPLIANCE_AWAY -> Why.APPLIANCE_AWAY;
      case STARTING -> Why.STARTING;
      case ENGINE -> Why.ENGINE;
      case UNREADABLE -> Why.UNREADABLE;
    };
  }
}
