// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.content.Upload;
import io.lazaret.appliance.engine.ScanResult;
import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Outcome.Source;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.Verdict.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** From an ask to its answer. */
class VerdictServiceTest extends VerdictServiceScenario {
  @Test
  void unknownContentIsUploadedScannedAndRecordedOnce() throws Exception {
    guest.sending(FILE).ask(1, FILE);

    assertEquals(judged(Verdict.CLEAN, Source.SCAN), guest.outcome());
    assertEquals(1, store.kept.size());

    guest.ask(2, FILE);
    assertEquals(judged(Verdict.CLEAN, Source.MEMORY), guest.answers.remove().outcome());
    assertEquals(1, engine.requests.size());
    await(() -> staging.stagedBytes() == 0);
  }

  @Test
  void whatIsInTheStoreIsAnsweredFromItAndThenFromMemory() throws Exception {
    store.save(new StoredVerdict(1, FakeAsker.keyOf(FILE), INFECTED, 1, Instant.now())).join();

    guest.ask(1, FILE);
    assertEquals(judged(INFECTED, Source.STORE), guest.outcome());
    guest.ask(2, FILE);
    assertEquals(judged(INFECTED, Source.MEMORY), guest.outcome());
    assertEquals(0, engine.requests.size());
  }

  @Test
  void allWhoAskForOneContentShareOneUploadAndOneScan() throws Exception {
    List<FakeAsker> guests = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      FakeAsker one = new FakeAsker(service, 100 + i, 1);
      one.ask(7, FILE);
      guests.add(one);
    }
    FakeAsker.send(guests.getFirst().upload(), FILE);

    assertEquals(judged(Verdict.CLEAN, Source.SCAN), guests.getFirst().outcome());
    for (FakeAsker one : guests.subList(1, 50)) {
      assertEquals(judged(Verdict.CLEAN, Source.JOINED), one.outcome());
      assertTrue(one.requested.isEmpty());
    }
    assertEquals(1, engine.requests.size());
  }

  @Test
  void noAskStartsASecondFlightHoweverItMeetsTheFirst() throws Exception {
    int rounds = 300;
    int threads = 4;
    for (int round = 0; round < rounds; round++) {
      byte[] file = ("file " + round).getBytes(StandardCharsets.UTF_8);
      CountDownLatch go = new CountDownLatch(1);
      List<Thread> running = new ArrayList<>();
      List<FakeAsker> guests = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        FakeAsker one = new FakeAsker(service, 1_000 + i, 1).sending(file);
        guests.add(one);
        running.add(
            Thread.ofPlatform()
                .start(() -> {
                  awaitQuietly(go);
                  for (int id = 0; id < 20; id++) {
                    one.ask(id, file);
                  }
                }));
      }
      go.countDown();
      for (Thread thread : running) {
        thread.join();
      }
      for (FakeAsker one : guests) {
        for (int id = 0; id < 20; id++) {
          assertInstanceOf(Outcome.Judged.class, one.outcome());
        }
      }
    }
    assertEquals(rounds, engine.requests.size());
    assertEquals(rounds, store.finds.get(), "flights");
  }

  @Test
  void aScanThatCouldNotFinishDoesNotReplaceMalwareFoundBefore() throws Exception {
    store.save(new StoredVerdict(1, FakeAsker.keyOf(FILE), INFECTED, 1, Instant.now())).join();
    service.epochIs(2);
    engine.next = FakeEngine.answers(new Verdict.Incomplete(Verdict.Reason.ENGINE), 2);

    guest.sending(FILE).ask(1, Lane.RESCAN, 10_000, FakeAsker.keyOf(FILE));

    assertEquals(judged(INFECTED, Source.STORE), guest.outcome());
    assertEquals(1, engine.requests.size());
    assertEquals(
        INFECTED,
        store.find(1, FakeAsker.keyOf(FILE)).join().map(StoredVerdict::verdict).orElseThrow());
  }

  @Test
  void eachWaiterHasItsOwnDeadlineAndTheFlightGoesOn() throws Exception {
    CompletableFuture<ScanResult> result = new CompletableFuture<>();
    engine.next = result;
    FakeAsker hasty = new FakeAsker(service, 2, 1);
    guest.sending(FILE).ask(1, FILE);
    hasty.ask(1, Lane.EXECUTE, 20, FakeAsker.keyOf(FILE));

    assertEquals(new Outcome.Refused(Refusal.DEADLINE_PASSED), hasty.outcome());
    result.complete(new ScanResult.Scanned(Verdict.CLEAN, 1));
    assertEquals(judged(Verdict.CLEAN, Source.SCAN), guest.outcome());
  }

  @Test
  void aScanGoesOnWhenNobodyWaitsAnyMore() throws Exception {
    CompletableFuture<ScanResult> result = new CompletableFuture<>();
    engine.next = result;
    guest.sending(FILE).ask(1, FILE);
    guest.upload();
    await(() -> engine.requests.size() == 1);
    guest.cancel(1);

    result.complete(new ScanResult.Scanned(INFECTED, 1));

    await(() -> store.kept.size() == 1);
    guest.ask(2, FILE);
    assertEquals(INFECTED, assertInstanceOf(Outcome.Judged.class, guest.outcome()).verdict());
  }

  @Test
  void domainsShareNothing() throws Exception {
    guest.sending(FILE).ask(1, FILE);
    guest.outcome();
    FakeAsker stranger = new FakeAsker(service, 2, 2).sending(FILE);

    stranger.ask(1, FILE);

    assertEquals(judged(Verdict.CLEAN, Source.SCAN), stranger.outcome());
    assertEquals(2, engine.requests.size());
  }

  @Test
  void whatTheEngineCouldNotSayIsRefusedAndNotKept() throws Exception {
    engine.next =
        CompletableFuture.completedFuture(
            new ScanResult.NotScanned(Refusal.ENGINE_UNAVAILABLE, "gone"));
    guest.sending(FILE).ask(1, FILE);
    assertEquals(new Outcome.Refused(Refusal.ENGINE_UNAVAILABLE), guest.outcome());

    engine.next = CompletableFuture.completedFuture(new ScanResult.QueueFull(70));
    guest.ask(2, FILE);
    assertEquals(new Outcome.Busy(70), guest.outcome());

    Verdict late = new Verdict.Incomplete(Reason.TIME_LIMIT);
    engine.next = FakeEngine.answers(late, 1);
    guest.ask(3, FILE);
    assertEquals(judged(late, Source.SCAN), guest.outcome());

    assertTrue(store.kept.isEmpty());
    engine.next = FakeEngine.answers(Verdict.CLEAN, 1);
    guest.ask(4, FILE);
    assertEquals(judged(Verdict.CLEAN, Source.SCAN), guest.outcome());
  }

  @Test
  void aBrokenStoreIsNoReasonToSayNothing() throws Exception {
    store.broken = true;
    guest.sending(FILE).ask(1, FILE);
    assertEquals(judged(Verdict.CLEAN, Source.SCAN), guest.outcome());
  }

  @Test
  void malwareThatCannotBeSavedIsNotCleanAgainWhenTheMemoryForgetsIt() throws Exception {
    store.save(new StoredVerdict(1, FakeAsker.keyOf(FILE), Verdict.CLEAN, 1, Instant.now())).join();
    service = serviceWith(withMemory(2));
    guest = new FakeAsker(service, 1, 1);
    service.epochIs(2);
    store.full = true;
    engine.next = FakeEngine.answers(INFECTED, 2);
    guest.sending(FILE).ask(1, Lane.RESCAN, 10_000, FakeAsker.keyOf(FILE));
    assertEquals(INFECTED, verdict(guest.outcome()));

    engine.next = FakeEngine.answers(Verdict.CLEAN, 2);
    for (int i = 0; i < 100; i++) {
      byte[] other = ("other " + i).getBytes(StandardCharsets.UTF_8);
      guest.sending(other).ask(2, other);
      assertEquals(Verdict.CLEAN, verdict(guest.outcome()));
      guest.ask(3, FILE);
      assertEquals(INFECTED, verdict(guest.outcome()), "from memory or instead of the store's");
    }
    assertFalse(service.problem().isEmpty());

    store.full = false;
    service.saveAgain();
    await(() -> service.problem().isEmpty());
    assertEquals(
        INFECTED,
        store.find(1, FakeAsker.keyOf(FILE)).join().map(StoredVerdict::verdict).orElseThrow());
  }

  @Test
  void theMostUrgentWaiterDecidesTheLane() throws Exception {
    FakeAsker urgent = new FakeAsker(service, 2, 1);
    guest.ask(1, Lane.ON_DEMAND, 10_000, FakeAsker.keyOf(FILE));
    Upload upload = guest.upload();
    urgent.ask(1, Lane.EXECUTE, 10_000, FakeAsker.keyOf(FILE));
    FakeAsker.send(upload, FILE);

    guest.outcome();
    assertEquals(Lane.EXECUTE, engine.requests.getFirst().lane());
  }

  @Test
  void whoJoinsWhileTheScanWaitsGivesItATurnOfItsOwn() throws Exception {
    CompletableFuture<ScanResult> scan = new CompletableFuture<>();
    engine.next = scan;
    guest.sending(FILE).ask(1, Lane.ON_DEMAND, 10_000, FakeAsker.keyOf(FILE));
    await(() -> !engine.joined.isEmpty()); // the sender itself
    FakeAsker urgent = new FakeAsker(service, 2, 1);
    urgent.ask(1, Lane.EXECUTE, 10_000, FakeAsker.keyOf(FILE));

    assertEquals(
        new FakeEngine.Joined(
            engine.requests.getFirst(), Lane.EXECUTE, urgent.guest().tenant().id(), 2),
        engine.joined.getLast());
    scan.complete(new ScanResult.Scanned(Verdict.CLEAN, 1));
    assertEquals(judged(Verdict.CLEAN, Source.JOINED), urgent.outcome());
  }

  @Test
  void answersAndRefusalsAreCounted() throws Exception {
    guest.sending(OTHER).ask(1, FILE);
    guest.outcome();
    assertEquals(1, metrics.counter(Metric.REFUSALS, "hash_mismatch").total());
    assertEquals(1, metrics.counter(Metric.ASKS, "open").total());
  }
}
