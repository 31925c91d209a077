// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.client.ContentReader;
import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.client.VerdictSource;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Verdict;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens on the thread that receives a verdict, before the one that asked is awake. */
class JudgeTest {
  private static final Verdict INFECTED = new Verdict.Infected("Test");

  private final Counters counters = new Counters();
  private final VerdictTable memory = new VerdictTable(64, new Epochs(System::nanoTime), counters);
  private final ContentThreads content = new ContentThreads(1, JudgeTest::sha256, counters);
  private final FakeHeld access = new FakeHeld();
  private final List<String> order = new ArrayList<>();

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void stop() {
    content.close();
  }

  /** Somebody waits for it. */
  private static final class FakeHeld extends FakeAccess implements HeldAccess {
    boolean looksAtOnce = true;

    FakeHeld() {
      super(Lane.OPEN, "file", 7);
    }

    @Override
    public boolean settle(Decision decided) {
      throw new AssertionError("the judge does not answer");
    }

    @Override
    public boolean looksAtOnce() {
      return looksAtOnce;
    }
  }

  /** Tells each verdict to who looks first, and what happened by then to the test. */
  private final class Receiving implements VerdictSource {
    private final List<Verdict> verdicts;
    private final Runnable meanwhile;

    Receiving(Runnable meanwhile, Verdict... verdicts) {
      this.meanwhile = meanwhile;
      this.verdicts = new ArrayList<>(List.of(verdicts));
    }

    @Override
    public SourceAnswer ask(Access access, ContentReader reader, long deadlineNanos) {
      throw new AssertionError("nobody looks first");
    }

    @Override
    public SourceAnswer ask(
        Access access, ContentReader reader, long deadlineNanos, FirstLook first) {
      meanwhile.run();
      var judged = new SourceAnswer.Judged(verdicts.removeFirst(), 1, Outcome.Source.MEMORY);
      first.judged(judged);
      order.add("awake");
      return judged;
    }
  }

  private Judgement judge(Receiving source) throws InterruptedException {
    return new Judge(memory, content, source, counters, Clock.systemUTC())
        .judge(access, (clean, known) -> order.add(known.verdict() + " " + clean.path()));
  }

  private static Verdict verdict(Judgement judgement) {
    return assertInstanceOf(Judgement.Verdictful.class, judgement).known().verdict();
  }

  @Test
  void aCleanContentIsToldOfAndRememberedBeforeTheAskerIsAwake() throws Exception {
    Judgement judgement = judge(new Receiving(() -> {}, Verdict.CLEAN));
    assertEquals(Verdict.CLEAN, verdict(judgement));
    assertEquals(List.of(Verdict.CLEAN + " /home/user/file", "awake"), order);
    assertTrue(memory.find(access.identity()).isPresent());
  }

  @Test
  void whatIsNotCleanIsLeftToTheAsker() throws Exception {
    assertEquals(INFECTED, verdict(judge(new Receiving(() -> {}, INFECTED))));
    assertEquals(List.of("awake"), order);
  }

  @Test
  void aFileThatChangedMeanwhileIsNotTheOneThatWasFoundClean() throws Exception {
    Runnable once =
        () -> {
          if (order.isEmpty()) {
            access.change("evil");
          }
        };
    assertEquals(INFECTED, verdict(judge(new Receiving(once, Verdict.CLEAN, INFECTED))));
    assertEquals(List.of("awake", "awake"), order);
  }

  @Test
  void aFileBehindAServerIsNotLookedAtByThatThread() throws Exception {
    access.looksAtOnce = false;
    assertEquals(Verdict.CLEAN, verdict(judge(new Receiving(() -> {}, Verdict.CLEAN))));
    assertEquals(List.of("awake"), order);
  }

  @Test
  void aFileThatNobodyWaitsForIsLeftToTheAsker() throws Exception {
    FakeAccess written = new FakeAccess(Lane.WRITTEN, "file", 8);
    Judge judge =
        new Judge(
            memory, content, new Receiving(() -> {}, Verdict.CLEAN), counters, Clock.systemUTC());
    Judgement judgement = judge.judge(written, (open, known) -> order.add("early"));
    assertEquals(Verdict.CLEAN, verdict(judgement));
    assertEquals(List.of("awake"), order);
  }

  @Test
  void whatFailsOnThatThreadIsLeftToTheAsker() throws Exception {
    Judge judge =
        new Judge(
            memory, content, new Receiving(() -> {}, Verdict.CLEAN), counters, Clock.systemUTC());
    Judgement judgement =
        judge.judge(
            access,
            (clean, known) -> {
              throw new IllegalStateException("as the test wants it");
            });
    assertEquals(Verdict.CLEAN, verdict(judgement));
    assertEquals(List.of("awake"), order);
  }
}
