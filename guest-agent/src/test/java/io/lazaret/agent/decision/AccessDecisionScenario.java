// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.client.VerdictSource;
import io.lazaret.agent.decision.DecisionSettings.Failure;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;

/** The path of an access on files in memory and an appliance that a test plays. */
abstract class AccessDecisionScenario {
  static final SourceAnswer CLEAN = new SourceAnswer.Judged(Verdict.CLEAN, 1, Outcome.Source.SCAN);
  static final SourceAnswer INFECTED =
      new SourceAnswer.Judged(new Verdict.Infected("Test"), 1, Outcome.Source.SCAN);
  static final SourceAnswer AWAY =
      new SourceAnswer.NoVerdict(Report.DebtReason.APPLIANCE_AWAY, "away");

  final Counters counters = new Counters();
  final Epochs epochs = new Epochs(System::nanoTime);
  final VerdictTable memory = new VerdictTable(64, epochs, counters);
  final List<String> told = new ArrayList<>();
  final List<Access> asked = new ArrayList<>();
  final ContentThreads content = new ContentThreads(1, AccessDecisionTest::sha256, counters);

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static DecisionSettings settings(Failure failure, Exclusions exclusions) {
    Duration second = Duration.ofSeconds(1);
    return new DecisionSettings(
        second,
        second,
        second,
        failure,
        failure,
        Failure.ALLOW,
        Failure.DENY,
        1000,
        1,
        64,
        exclusions);
  }

  AccessDecision decision(Failure failure, Exclusions exclusions, VerdictSource source) {
    DecisionListener listener =
        new DecisionListener() {
          @Override
          public void detected(
              Access access,
              FileIdentity identity,
              LocalVerdicts.Known known,
              Verdict.Infected verdict,
              Report.Action action) {
            told.add("detected " + action);
          }

          @Override
          public void debt(Access access, FileIdentity identity, Report.DebtReason reason) {
            told.add("debt " + reason);
          }

          @Override
          public void paid(Access access, FileIdentity identity, Verdict verdict) {
            told.add("paid");
          }
        };
    VerdictSource recording =
        (access, reader, deadline) -> {
          synchronized (asked) {
            asked.add(access);
          }
          return source.ask(access, reader, deadline);
        };
    return new AccessDecision(
        settings(failure, exclusions),
        memory,
        content,
        recording,
        listener,
        counters,
        Clock.systemUTC());
  }

  AccessDecision decision(VerdictSource source) {
    return decision(Failure.ALLOW, Exclusions.NONE, source);
  }

  @AfterEach
  void stop() {
    content.close();
  }

  static FakeAccess accessBy(FakeProgram program) {
    return new FakeAccess(Lane.OPEN, "evil", 7) {
      @Override
      public Optional<Program> program() {
        return Optional.of(program);
      }
    };
  }

  static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  /** An executable in memory. */
  static final class FakeProgram implements Program {
    final byte[] content;
    final FileIdentity identity;
    FileIdentity opened;
    int reads;

    FakeProgram(String content, long inode) {
      this.content = content.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      identity = new FileIdentity(1, inode, 0, this.content.length, 1, 1);
      opened = identity;
    }

    @Override
    public FileIdentity identity() {
      return identity;
    }

    @Override
    public FileIdentity opened() {
      return opened;
    }

    @Override
    public int read(java.nio.ByteBuffer destination, long offset) {
      reads++;
      destination.put(content, (int) offset, content.length - (int) offset);
      return content.length - (int) offset;
    }

    @Override
    public void close() {}
  }

  /** Told of every read. */
  interface Reads {
    void at(long offset) throws InterruptedException;
  }

  static void noteSlice(List<String> slices, String name, long offset) {
    if (offset % ContentThreads.SLICE_BYTES == 0) {
      slices.add(name);
    }
  }

  Thread hashing(long length, Reads reads) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            content.hash(
                (into, offset) -> {
                  try {
                    reads.at(offset);
                  } catch (InterruptedException stopped) {
                    throw new IOException(stopped);
                  }
                  int count = into.remaining();
                  into.position(into.limit());
                  return count;
                },
                length,
                Lane.OPEN,
                deadline);
          } catch (IOException | TimeoutException | InterruptedException failed) {
            throw new IllegalStateException(failed);
          }
        });
  }

  /** Waits until the thread waits for its result: the job is in the queue by then. */
  static Thread queued(Thread thread) throws TimeoutException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException("not queued");
      }
      Thread.onSpinWait();
    }
    return thread;
  }
}
