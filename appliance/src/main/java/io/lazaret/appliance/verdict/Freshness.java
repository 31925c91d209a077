// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.Verdict.Incomplete;
import io.lazaret.protocol.Verdict.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** Says what a verdict of an older epoch is still good for. */
final class Freshness {
  private static final int EPOCHS_REMEMBERED = 64;
  // A minute, up to which the memory rounds, and the time to hear of a change.
  private static final int AHEAD_SECONDS = 60 + 5;

  /** What a verdict may be used for. */
  enum Use {
    /** It was made under the present epoch. */
    SERVE,
    /** It is older, still served, and has to be made again. */
    SERVE_AND_REVERIFY,
    /** It is as good as none. */
    STALE
  }

  private final Duration grace;
  private final Duration executeGrace;
  private final Clock clock;
  private volatile long current;
  // Replaced as a whole; seconds since 1970 at which an epoch ended.
  private volatile Map<Long, Long> ended = Map.of();

  Freshness(Duration grace, Duration executeGrace, Clock clock) {
    this.grace = grace;
    this.executeGrace = executeGrace;
    this.clock = clock;
  }

  /** The present epoch; 0 while the engine has not said it. */
  long current() {
    return current;
  }

  /** How long a clean verdict of an older epoch is still served. */
  Duration grace() {
    return grace;
  }

  /** How long a verdict of an older epoch may be in use anywhere. */
  Duration longestGrace() {
    return grace.compareTo(executeGrace) > 0 ? grace : executeGrace;
  }

  /** Whether that engine state was the present one, and is not any more. */
  boolean isOver(long epoch) {
    return ended.containsKey(epoch);
  }

  /** The engine state changed; true unless it is the one we know. */
  synchronized boolean epochIs(long epoch) {
    if (epoch == current || epoch == 0) {
      return false;
    }
    if (current != 0) {
      SequencedMap<Long, Long> next = new LinkedHashMap<>(ended);
      next.putLast(current, clock.instant().getEpochSecond());
      while (next.size() > EPOCHS_REMEMBERED) {
        next.pollFirstEntry();
      }
      next.remove(epoch); // rolled back to
      ended = next;
    }
    current = epoch;
    return true;
  }

  /**
   * What this verdict is good for.
   *
   * @param judgedAt seconds since 1970
   */
  Use of(Verdict verdict, long epoch, long judgedAt, Lane lane) {
    if (epoch == current || isAhead(epoch, judgedAt)) {
      return Use.SERVE;
    }
    return switch (verdict) {
      // After a start, before the engine has said its state: no third try by a restart.
      case Incomplete(Reason reason) when reason == Reason.ENGINE && current == 0 -> Use.SERVE;
      // A re-verification is what this ask is for.
      case Verdict _ when lane == Lane.RESCAN -> Use.STALE;
      case Verdict.Infected _ -> Use.SERVE_AND_REVERIFY;
      case Incomplete(Reason reason) when reason == Reason.ENGINE -> Use.STALE;
      case Verdict.Clean _ -> withinGrace(epoch, judgedAt, lane);
      case Incomplete _ -> withinGrace(epoch, judgedAt, lane);
    };
  }

  /** Made just now by an engine whose change of state nobody has told us yet. */
  private boolean isAhead(long epoch, long judgedAt) {
    return epoch > current
        && !ended.containsKey(epoch)
        && clock.instant().getEpochSecond() - judgedAt < AHEAD_SECONDS;
  }

  private Use withinGrace(long epoch, long judgedAt, Lane lane) {
    // The end of an epoch before our start is not known: count from the verdict, which is earlier.
    long from = ended.getOrDefault(epoch, judgedAt);
    long seconds = (lane == Lane.EXECUTE ? executeGrace : grace).toSeconds();
    long age = clock.instant().getEpochSecond() - from;
    // A clock that was ahead and was set back must not lengthen the grace.
    return age >= -AHEAD_SECONDS && age < seconds ? Use.SERVE_AND_REVERIFY : Use.STALE;
  }
}
