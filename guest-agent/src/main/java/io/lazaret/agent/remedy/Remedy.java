// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.decision.LocalVerdicts;
import io.lazaret.agent.decision.LocalVerdicts.Known;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.agent.remedy.RemedySettings.Tell;
import io.lazaret.agent.remedy.RemedySettings.Treatment;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does about infected files what the policy says, after they were denied: whatever fails here, the
 * deny stays.
 */
public final class Remedy {
  /** A file that was left where it is, or told of, is not turned to again so soon. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final int MOST_RESTING = 256;
  private static final Logger LOG = LoggerFactory.getLogger(Remedy.class);

  /** Is told of files that were taken away. */
  @FunctionalInterface
  public interface Listener {
    /** On the remedy thread; must not block. */
    void remedied(Access access, Verdict.Infected verdict, Report.Action action);
  }

  private final Workroom room;
  private final LocalVerdicts memory;
  private final Supplier<MessageDigest> digests;
  private final Listener listener;
  private final Counters counters;
  private final InstantSource clock;
  private final boolean kernelIdentities;
  private final Checkpoint checkpoint;
  private final Messenger messenger = new Messenger();
  private final Map<FileIdentity, Long> resting = new LinkedHashMap<>();
  private volatile RemedySettings settings;

  /**
   * Does nothing yet.
   *
   * @param kernelIdentities whether the identities that {@link #found} gets are the kernel's
   *     numbers
   */
  public Remedy(
      RemedySettings settings,
      Workroom room,
      LocalVerdicts memory,
      Supplier<MessageDigest> digests,
      Listener listener,
      Counters counters,
      InstantSource clock,
      boolean kernelIdentities) {
    this(
        settings,
        room,
        memory,
        digests,
        listener,
        counters,
        clock,
        kernelIdentities,
        Checkpoint.NONE);
  }

  Remedy(
      RemedySettings settings,
      Workroom room,
      LocalVerdicts memory,
      Supplier<MessageDigest> digests,
      Listener listener,
      Counters counters,
      InstantSource clock,
      boolean kernelIdentities,
      Checkpoint checkpoint) {
    this.settings = settings;
    this.room = room;
    this.memory = memory;
    this.digests = digests;
    this.listener = listener;
    this.counters = counters;
    this.clock = clock;
    this.kernelIdentities = kernelIdentities;
    this.checkpoint = checkpoint;
    counters.gauge(Gauge.QUARANTINE_FILES, room::vaultFiles);
    counters.gauge(Gauge.QUARANTINE_BYTES, room::vaultBytes);
  }

  /** Settles what a crash has left under way. */
  public void start() {
    if (room.hasVault() || takesAway(settings)) {
      boolean begun = room.offer(this::openVault);
      assert begun;
    }
  }

  private void openVault() {
    try {
      var _ = room.vault();
    } catch (IOException | RuntimeException e) {
      LOG.error("quarantine cannot be used, infected files are only denied", e);
    }
  }

  /** Other settings, from the next file on. */
  public void settings(RemedySettings changed) {
    settings = changed;
  }

  public RemedySettings settings() {
    return settings;
  }

  /** An infected file was met and answered; never blocks. */
  public void found(Access access, FileIdentity identity, Known known, Verdict.Infected verdict) {
    RemedySettings now = settings;
    boolean nothingToDo = !takesAway(now) && now.tell() == Tell.NONE;
    if (nothingToDo || access.path().isEmpty() || !due(identity)) {
      return;
    }
    Optional<FileIdentity> judged = kernelIdentities ? Optional.of(identity) : Optional.empty();
    Detected detected = new Detected(access, judged, known, verdict.threat());
    if (!room.offer(() -> treat(detected))) {
      counters.count(Metric.REMEDIES_FAILED);
      LOG.warn("too much is being remedied, the file stays denied path={}", path(detected));
    }
  }

  private static boolean takesAway(RemedySettings settings) {
    return settings.infected() == Treatment.QUARANTINE || settings.infected() == Treatment.DELETE;
  }

  private boolean due(FileIdentity identity) {
    long now = System.nanoTime();
    synchronized (resting) {
      Long until = resting.get(identity);
      if (until != null && now - until < 0) {
        return false;
      }
      if (resting.size() >= MOST_RESTING) {
        resting.remove(resting.keySet().iterator().next());
      }
      resting.put(identity, now + REST_NANOS);
      return true;
    }
  }

  private void treat(Detected detected) {
    RemedySettings now = settings;
    try {
      String done =
          switch (now.infected()) {
            case QUARANTINE, DELETE -> takeAway(detected, now);
            case DENY -> "it cannot be opened";
            case REPORT -> "it was reported";
          };
      messenger.tell(
          now.tell(),
          detected.access().uid(),
          detected.access().path() + " is infected (" + detected.threat() + "): " + done);
    } catch (RuntimeException | Error e) {
      counters.count(Metric.REMEDIES_FAILED);
      LOG.error("remedy failed, the file stays denied path={}", path(detected), e);
    }
  }

  private String takeAway(Detected detected, RemedySettings now) {
    return switch (take(detected, now)) {
      case Remedied.Taken taken -> {
        boolean kept = taken.id().isPresent();
        counters.count(kept ? Metric.QUARANTINED : Metric.DELETED);
        Report.Action action = kept ? Report.Action.QUARANTINED : Report.Action.DELETED;
        // Its other names lead to the same content, whose times its removal has changed.
        taken
            .elsewhere()
            .ifPresent(still -> memory.remember(still, detected.known(), memory.revision()));
        LOG.warn(
            "infected file taken away path={} threat={} action={} id={} other_names={}",
            path(detected),
            detected.threat(),
            action,
            taken.id().orElse(""),
            taken.otherNames());
        listener.remedied(detected.access(), new Verdict.Infected(detected.threat()), action);
        yield kept ? "it was put into quarantine" : "it was deleted";
      }
      case Remedied.Left(Remedied.Reason reason, String detail) -> {
        counters.count(Metric.REMEDIES_FAILED);
        LOG.warn(
            "infected file left in place, and denied path={} threat={} reason={} detail={}",
            path(detected),
            detected.threat(),
            reason,
            Printable.of(detail));
        yield "it cannot be opened";
      }
    };
  }

  private Remedied take(Detected detected, RemedySettings now) {
    try {
      Vault vault = room.vault();
      if (vault.isReleased(detected.known().content().hash())) {
        return new Remedied.Left(Remedied.Reason.RELEASED, Remedied.Reason.RELEASED.sentence());
      }
      return new Quarantine(vault, digests, clock, checkpoint)
          .take(detected, now.infected() == Treatment.QUARANTINE, now);
    } catch (IOException e) {
      return new Remedied.Left(
          Remedied.Reason.FAILED, Optional.ofNullable(e.getMessage()).orElse(""));
    }
  }

  private static String path(Detected detected) {
    return Printable.of(detected.access().path());
  }
}
