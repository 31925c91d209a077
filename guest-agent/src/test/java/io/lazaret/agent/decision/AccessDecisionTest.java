// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.client.VerdictSource;
import io.lazaret.agent.decision.Decision.Why;
import io.lazaret.agent.decision.DecisionSettings.Failure;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AccessDecisionTest {
  private static final SourceAnswer CLEAN =
      new SourceAnswer.Judged(Verdict.CLEAN, 1, Outcome.Source.SCAN);
  private static final SourceAnswer INFECTED =
      new SourceAnswer.Judged(new Verdict.Infected("Test"), 1, Outcome.Source.SCAN);
  private static final SourceAnswer AWAY =
      new SourceAnswer.NoVerdict(Report.DebtReason.APPLIANCE_AWAY, "away");

  private final Counters counters = new Counters();
  private final Epochs epochs = new Epochs(System::nanoTime);
  private final VerdictTable memory = new VerdictTable(64, epochs, counters);
  private final List<String> told = new ArrayList<>();
  private final List<Access> asked = new ArrayList<>();
  private final ContentThreads content =
      new ContentThreads(1, AccessDecisionTest::sha256, counters);

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static DecisionSettings settings(Failure failure, Exclusions exclusions) {
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

  private AccessDecision decision(Failure failure, Exclusions exclusions, VerdictSource source) {
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

  private AccessDecision decision(VerdictSource source) {
    return decision(Failure.ALLOW, Exclusions.NONE, source);
  }

  @AfterEach
  void stop() {
    content.close();
  }

  @Test
  void aCleanFileIsAllowedAndRemembered() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    assertTrue(decision.decide(access).allow());
    assertEquals(Why.CLEAN, decision.atOnce(access).orElseThrow().why());
    byte[] expected = sha256().digest("good".getBytes(StandardCharsets.UTF_8));
    assertEquals(ContentHash.of(expected), asked.getFirst().content().hash());
    assertEquals(4, asked.getFirst().content().length());
  }

  @Test
  void aCopyOfACleanFileIsNotAskedAbout() throws Exception {
    epochs.changed(1, 0);
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    assertTrue(decision.decide(new FakeAccess(Lane.OPEN, "good", 7)).allow());
    FakeAccess copy = new FakeAccess(Lane.OPEN, "good", 8);
    assertTrue(decision.decide(copy).allow());
    assertEquals(1, asked.size());
    assertEquals(1, counters.get(Metric.OPENS_OF_KNOWN_CONTENT));
    assertTrue(decision.remembersClean(copy));
    assertTrue(decision.decide(new FakeAccess(Lane.OPEN, "else", 9)).allow());
    assertEquals(2, asked.size());
  }

  @Test
  void aCopyIsAskedAboutUnderANewEngineStateAndAfterARevocation() throws Exception {
    epochs.changed(1, 0);
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    decision.decide(new FakeAccess(Lane.OPEN, "good", 7));
    epochs.changed(2, 3600);
    decision.decide(new FakeAccess(Lane.OPEN, "good", 8));
    assertEquals(2, asked.size(), "grace is for the files that are known, not for their copies");
    epochs.changed(1, 3600);
    decision.decide(new FakeAccess(Lane.OPEN, "good", 9));
    assertEquals(2, asked.size());
    memory.revoked(
        List.of(new Revocation(asked.getFirst().content(), new Verdict.Infected("Later"), 2)));
    decision.decide(new FakeAccess(Lane.OPEN, "good", 10));
    assertEquals(3, asked.size());
  }

  @Test
  void aCopyOfAnInfectedFileIsAskedAbout() throws Exception {
    epochs.changed(1, 0);
    AccessDecision decision = decision((access, reader, deadline) -> INFECTED);
    assertFalse(decision.decide(new FakeAccess(Lane.OPEN, "evil", 7)).allow());
    assertFalse(decision.decide(new FakeAccess(Lane.OPEN, "evil", 8)).allow());
    assertEquals(2, asked.size());
  }

  @Test
  void anInfectedFileIsDeniedReportedAndRemembered() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> INFECTED);
    FakeAccess access = new FakeAccess(Lane.EXECUTE, "evil", 7);
    Decision decided = decision.decide(access);
    decision.answered(access, decided);
    assertFalse(decided.allow());
    assertEquals(List.of("detected DENIED"), told);
    assertFalse(decision.atOnce(access).orElseThrow().allow());
  }

  @Test
  void withoutVerdictThePolicyDecidesAndADebtIsTold() throws Exception {
    AccessDecision allowing = decision((access, reader, deadline) -> AWAY);
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    Decision decided = allowing.decide(access);
    allowing.answered(access, decided);
    assertTrue(decided.allow());
    assertEquals(List.of("debt APPLIANCE_AWAY"), told);
    assertTrue(allowing.atOnce(access).isEmpty(), "no verdict is ever remembered as one");
    AccessDecision denying =
        decision(Failure.DENY, Exclusions.NONE, (asked, reader, deadline) -> AWAY);
    assertFalse(denying.decide(access).allow());
  }

  @Test
  void aFileWithAWriterIsNotRemembered() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    access.settled = false;
    assertTrue(decision.decide(access).allow());
    assertTrue(decision.atOnce(access).isEmpty());
  }

  @Test
  void aFileChangedWithinTheClocksTickIsNotRemembered() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    FakeAccess young = new FakeAccess(Lane.OPEN, "good", 7);
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    FileIdentity identity = new FileIdentity(1, 7, 0, 4, now, now + 60_000_000_000L);
    memory.clear();
    ObservedAccess access = new IdentityAccess(young, identity);
    assertTrue(decision.decide(access).allow());
    assertEquals(0, memory.size());
  }

  @Test
  void aFileThatChangesWhileItIsHashedIsHashedAgain() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> INFECTED);
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    boolean[] changed = {false};
    access.whenRead =
        () -> {
          if (!changed[0]) {
            changed[0] = true;
            access.change("evil!");
          }
        };
    assertFalse(decision.decide(access).allow());
    assertEquals(1, asked.size());
    assertEquals(5, asked.getFirst().content().length());
    assertEquals(1, counters.get(Metric.OPENS_CHANGED));
  }

  @Test
  void aFileThatChangesWhileItIsAskedAboutIsAskedAboutAgain() throws Exception {
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    AccessDecision decision =
        decision((request, reader, deadline) -> {
          if (request.content().length() == 4) {
            access.change("evil!");
            return CLEAN;
          }
          return INFECTED;
        });
    assertFalse(decision.decide(access).allow());
    assertEquals(2, asked.size());
  }

  @Test
  void aFileThatNeverStandsStillHasNoVerdict() throws Exception {
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    AccessDecision decision =
        decision(
            Failure.DENY,
            Exclusions.NONE,
            (request, reader, deadline) -> {
              access.change("more" + access.content.length);
              return CLEAN;
            });
    Decision decided = decision.decide(access);
    assertFalse(decided.allow());
    assertEquals(Why.UNREADABLE, decided.why());
    assertEquals(Judge.ATTEMPTS, asked.size());
  }

  @Test
  void opensOfOneFileAtOneTimeShareOneQuestion() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AccessDecision decision =
        decision((access, reader, deadline) -> {
          release.await();
          return INFECTED;
        });
    List<Thread> threads = new ArrayList<>();
    List<Decision> decided = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 20; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  decided.add(decision.decide(new FakeAccess(Lane.OPEN, "evil", 7)));
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
    while (counters.get(Metric.OPENS_JOINED) < 19) {
      Thread.onSpinWait();
    }
    release.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(1, asked.size());
    assertEquals(20, decided.stream().filter(decision1 -> !decision1.allow()).count());
  }

  @Test
  void largeFilesAreADebtAndExcludedOnesAreNotLookedAt() throws Exception {
    AccessDecision decision =
        decision(
            Failure.ALLOW,
            Exclusions.of(List.of("/home/user/*"), List.of(), Set.of(), 0),
            (access, reader, deadline) -> INFECTED);
    assertEquals(Why.EXCLUDED, decision.decide(new FakeAccess(Lane.OPEN, "evil", 7)).why());
    AccessDecision all = decision((access, reader, deadline) -> INFECTED);
    FakeAccess large = new FakeAccess(Lane.OPEN, "x".repeat(1001), 8);
    Decision decided = all.decide(large);
    all.answered(large, decided);
    assertEquals(Why.TOO_LARGE, decided.why());
    assertEquals(List.of("debt TOO_LARGE"), told);
    assertEquals(0, asked.size());
  }

  @Test
  void largeOnesMayBeExcludedInsteadOfOwed() throws Exception {
    AccessDecision decision =
        decision(
            Failure.ALLOW,
            Exclusions.of(List.of(), List.of(), Set.of(), 3),
            (access, reader, deadline) -> INFECTED);
    assertEquals(Why.EXCLUDED, decision.decide(new FakeAccess(Lane.OPEN, "evil", 7)).why());
    assertEquals(Why.INFECTED, decision.decide(new FakeAccess(Lane.OPEN, "bad", 8)).why());
  }

  @Test
  void aProgramIsExcludedByItsContentWhichIsReadOnce() throws Exception {
    AccessDecision decision =
        decision(
            Failure.ALLOW,
            Exclusions.of(List.of(), List.of("/usr/bin/cat sha256:" + ABC), Set.of(), 0),
            (access, reader, deadline) -> INFECTED);
    FakeProgram trusted = new FakeProgram("abc", 100);
    FakeAccess first = accessBy(trusted);
    assertEquals(Optional.empty(), decision.atOnce(first));
    assertEquals(Why.EXCLUDED, decision.decide(first).why());
    assertEquals(Why.EXCLUDED, decision.atOnce(accessBy(trusted)).orElseThrow().why());
    assertEquals(1, trusted.reads);
    // Another file under the same name, and one that changed while it was read.
    assertEquals(Why.INFECTED, decision.decide(accessBy(new FakeProgram("abd", 101))).why());
    FakeProgram swapped = new FakeProgram("abc", 102);
    swapped.opened = new FileIdentity(1, 103, 0, 3, 1, 1);
    assertEquals(Why.INFECTED, decision.decide(accessBy(swapped)).why());
    assertEquals(Why.INFECTED, decision.decide(new FakeAccess(Lane.OPEN, "evil", 9)).why());
  }

  private static FakeAccess accessBy(FakeProgram program) {
    return new FakeAccess(Lane.OPEN, "evil", 7) {
      @Override
      public Optional<Program> program() {
        return Optional.of(program);
      }
    };
  }

  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  /** An executable in memory. */
  private static final class FakeProgram implements Program {
    private final byte[] content;
    private final FileIdentity identity;
    private FileIdentity opened;
    private int reads;

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

  @Test
  void largeFilesGiveWayToASmallOneAfterEachSlice() throws Exception {
    long large = 3L * ContentThreads.SLICE_BYTES;
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    List<String> slices = Collections.synchronizedList(new ArrayList<>());
    List<Thread> hashing = new ArrayList<>();
    hashing.add(
        hashing(
            large,
            offset -> {
              begun.countDown();
              release.await();
              noteSlice(slices, "a", offset);
            }));
    begun.await();
    hashing.add(queued(hashing(large, offset -> noteSlice(slices, "b", offset))));
    hashing.add(queued(hashing(1, offset -> noteSlice(slices, "small", offset))));
    release.countDown();
    for (Thread thread : hashing) {
      thread.join();
    }
    assertEquals(List.of("a", "b", "small", "a", "b", "a", "b"), slices);
  }

  /** Told of every read. */
  private interface Reads {
    void at(long offset) throws InterruptedException;
  }

  private static void noteSlice(List<String> slices, String name, long offset) {
    if (offset % ContentThreads.SLICE_BYTES == 0) {
      slices.add(name);
    }
  }

  private Thread hashing(long length, Reads reads) {
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
  private static Thread queued(Thread thread) throws TimeoutException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException("not queued");
      }
      Thread.onSpinWait();
    }
    return thread;
  }

  @Test
  void aRevokedVerdictIsForgottenAndAnOlderEpochCountsWithinItsGraceOnly() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    memory.epochChanged(1, 0);
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    assertTrue(decision.decide(access).allow());
    memory.epochChanged(2, 3600);
    assertTrue(decision.atOnce(access).isPresent(), "within grace");
    memory.revoked(
        List.of(new Revocation(asked.getFirst().content(), new Verdict.Infected("Later"), 2)));
    assertTrue(decision.atOnce(access).isEmpty());
    assertTrue(decision.decide(access).allow());
    memory.epochChanged(1, 0);
    memory.epochChanged(3, 0);
    assertTrue(decision.atOnce(access).isEmpty(), "grace is over");
  }

  @Test
  void whenThePresentEpochIsSaidAgainOlderOnesCountNoLongerThanThat() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> CLEAN);
    memory.epochChanged(1, 0);
    FakeAccess access = new FakeAccess(Lane.OPEN, "good", 7);
    assertTrue(decision.decide(access).allow());
    memory.epochChanged(2, 3600);
    memory.epochChanged(2, 7200);
    assertTrue(decision.atOnce(access).isPresent(), "within grace");
    memory.epochChanged(2, 0);
    assertTrue(decision.atOnce(access).isEmpty(), "too much has changed to tell");
  }

  @Test
  void anInfectedFileStaysDeniedWhileTheApplianceIsAway() throws Exception {
    boolean[] away = {false};
    AccessDecision decision = decision((access, reader, deadline) -> away[0] ? AWAY : INFECTED);
    memory.epochChanged(1, 0);
    FakeAccess access = new FakeAccess(Lane.OPEN, "evil", 7);
    assertFalse(decision.decide(access).allow());
    memory.epochChanged(2, 0);
    away[0] = true;
    assertFalse(decision.decide(access).allow());
    assertEquals(2, asked.size());
  }

  @Test
  void whatWasAskedBeforeARevocationIsNotRemembered() throws Exception {
    AccessDecision decision =
        decision((access, reader, deadline) -> {
          memory.revoked(List.of());
          return CLEAN;
        });
    assertTrue(decision.decide(new FakeAccess(Lane.OPEN, "good", 7)).allow());
    assertEquals(0, memory.size());
  }

  @Test
  void aLateVerdictPaysTheDebtOrIsReported() throws Exception {
    AccessDecision decision = decision((access, reader, deadline) -> INFECTED);
    FakeAccess access = new FakeAccess(Lane.OPEN, "evil", 7);
    Decision debt = decision.withoutVerdict(access, Why.DEADLINE);
    decision.answered(access, debt);
    decision.learned(access, debt, decision.decide(access));
    assertEquals(List.of("debt DEADLINE", "paid", "detected REPORTED"), told);
  }
}
