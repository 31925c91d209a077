// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.engine.ScanResult;
import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.metrics.Costs;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Outcome.Source;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.Verdict.Reason;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Verdicts of older engine states: served, verified again, told when they change. */
class VerdictEpochsTest extends VerdictServiceScenario {
  @Test
  void anOlderCleanVerdictIsServedAndVerifiedAgainAndItsChangeIsTold() throws Exception {
    guest.sending(FILE).ask(1, FILE);
    guest.outcome();
    assertTrue(service.epochIs(2));
    engine.next = FakeEngine.answers(INFECTED, 2);

    guest.ask(2, FILE);
    assertEquals(judged(Verdict.CLEAN, Source.MEMORY), guest.outcome());
    service.reverify();
    assertEquals(
        List.of(new FakeBooks.Pushed(1, new Message.Reverify(FakeAsker.keyOf(FILE), "/file"))),
        books.pushed);

    guest.ask(3, Lane.RESCAN, 10_000, FakeAsker.keyOf(FILE));
    assertEquals(new Outcome.Judged(INFECTED, 2, Source.SCAN), guest.outcome());
    assertEquals(INFECTED, books.changed.getFirst().verdict());
    guest.ask(4, FILE);
    assertEquals(new Outcome.Judged(INFECTED, 2, Source.MEMORY), guest.outcome());
  }

  @Test
  void aVerdictThatComesTooLateIsRememberedUnderThePresentEpochOnly() throws Exception {
    engine.next =
        CompletableFuture.completedFuture(
            new ScanResult.NotScanned(Refusal.DEADLINE_PASSED, "deadline passed"));
    guest.sending(FILE).ask(1, FILE);
    assertEquals(new Outcome.Refused(Refusal.DEADLINE_PASSED), guest.outcome());

    engine.requests.getFirst().late().scanned(new ScanResult.Scanned(Verdict.CLEAN, 7));
    assertEquals(0, store.kept.size());

    engine.requests.getFirst().late().scanned(new ScanResult.Scanned(INFECTED, 1));
    assertEquals(1, store.kept.size());
    guest.ask(2, FILE);
    assertEquals(judged(INFECTED, Source.MEMORY), guest.answers.remove().outcome());
    assertEquals(1, engine.requests.size());
  }

  @Test
  void whatBrokeTheEngineIsNotTriedAgainUnderItsEpochAlsoAfterARestart() throws Exception {
    Verdict broke = new Verdict.Incomplete(Reason.ENGINE);
    engine.next = FakeEngine.answers(broke, 1);
    guest.sending(FILE).ask(1, FILE);
    assertEquals(judged(broke, Source.SCAN), guest.outcome());
    guest.ask(2, FILE);
    assertEquals(judged(broke, Source.MEMORY), guest.outcome());

    service.close();
    service =
        new VerdictService(
            store,
            reserve,
            staging,
            engine,
            books,
            books,
            new FakeHolders(),
            VerdictSettings.defaults(),
            metrics,
            new Costs(Clock.systemUTC()),
            timer,
            Clock.systemUTC());
    FakeAsker again = new FakeAsker(service, 1, 1).sending(FILE);
    again.ask(3, FILE);
    assertEquals(judged(broke, Source.STORE), again.outcome(), "the epoch is not known yet");
    assertTrue(service.epochIs(1));
    again.ask(4, FILE);
    assertEquals(judged(broke, Source.MEMORY), again.outcome());
    assertEquals(1, engine.requests.size());

    engine.next = FakeEngine.answers(Verdict.CLEAN, 2);
    assertTrue(service.epochIs(2));
    again.ask(5, FILE);
    assertEquals(new Outcome.Judged(Verdict.CLEAN, 2, Source.SCAN), again.outcome());
  }

  @Test
  void aVerificationIsNotAnsweredWithAScanOfAnEpochThatIsOver() throws Exception {
    CompletableFuture<ScanResult> slow = new CompletableFuture<>();
    engine.next = slow;
    guest.sending(FILE).ask(1, FILE);
    FakeAsker verifier = new FakeAsker(service, 2, 1).sending(FILE);
    verifier.ask(1, Lane.RESCAN, 10_000, FakeAsker.keyOf(FILE));
    while (engine.requests.isEmpty()) {
      Thread.onSpinWait();
    }
    service.epochIs(2);
    engine.next = FakeEngine.answers(INFECTED, 2);
    slow.complete(new ScanResult.Scanned(Verdict.CLEAN, 1));

    assertEquals(judged(Verdict.CLEAN, Source.SCAN), guest.outcome());
    assertEquals(new Outcome.Judged(INFECTED, 2, Source.SCAN), verifier.outcome());
  }

  @Test
  void aVerificationIsNotAnsweredFromAnOlderStoreEntry() throws Exception {
    store.save(new StoredVerdict(1, FakeAsker.keyOf(FILE), INFECTED, 1, Instant.now())).join();
    service.epochIs(2);
    engine.next = FakeEngine.answers(Verdict.CLEAN, 2);
    guest.sending(FILE).ask(1, Lane.RESCAN, 10_000, FakeAsker.keyOf(FILE));
    assertEquals(new Outcome.Judged(Verdict.CLEAN, 2, Source.SCAN), guest.outcome());
    assertEquals(Verdict.CLEAN, books.changed.getFirst().verdict());
  }

  @Test
  void whoComesBackHearsOfChangesOrThatNothingOldCounts() {
    StoredVerdict now = new StoredVerdict(1, FakeAsker.keyOf(FILE), INFECTED, 1, Instant.now());
    store.changed.add(now);
    assertEquals(
        List.of(new Message.Revoked(List.of(new Revocation(now.content(), INFECTED, 1)))),
        service.missed(guest.guest()).join());
    for (int i = 0; i < 1_000; i++) {
      store.changed.add(now);
    }
    assertEquals(List.of(new Message.EpochChanged(1, 0)), service.missed(guest.guest()).join());
  }

  @Test
  void askingWhatWasMissedWaitsForNobody() {
    CountDownLatch slow = new CountDownLatch(1);
    store.slow = slow;
    var missed = service.missed(guest.guest());
    assertFalse(missed.isDone());
    slow.countDown();
    assertEquals(List.of(), missed.join());
  }
}
