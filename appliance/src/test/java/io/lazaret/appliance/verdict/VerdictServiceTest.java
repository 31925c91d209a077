// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.content.Staging;
import io.lazaret.appliance.content.StagingSettings;
import io.lazaret.appliance.content.Upload;
import io.lazaret.appliance.engine.ScanResult;
import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.ledger.VerdictReserve;
import io.lazaret.appliance.metrics.Costs;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Outcome.Source;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.Verdict.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The path of an ask on a fake engine and store, with real staging. */
final class VerdictServiceTest {
  private static final byte[] FILE = "a file".getBytes(StandardCharsets.UTF_8);
  private static final byte[] OTHER = "other!".getBytes(StandardCharsets.UTF_8);
  private static final Verdict INFECTED = new Verdict.Infected("Bad.Thing");

  private final FakeStore store = new FakeStore();
  private final FakeEngine engine = new FakeEngine();
  private final FakeBooks books = new FakeBooks();
  private final Metrics metrics = new Metrics();
  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
  private Path stagingDirectory;
  private Staging staging;
  private VerdictReserve reserve;
  private VerdictService service;
  private FakeAsker guest;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    stagingDirectory = Files.createDirectory(directory.resolve("staging"));
    reserve = VerdictReserve.open(directory.resolve("reserve"), 10);
    staging =
        new Staging(
            new StagingSettings(
                stagingDirectory,
                1 << 20,
                500_000,
                100,
                1 << 10,
                1 << 20,
                1 << 16,
                Duration.ofMillis(500),
                2),
            timer,
            metrics);
    service = serviceWith(VerdictSettings.defaults());
    guest = new FakeAsker(service, 1, 1);
  }

  private VerdictService serviceWith(VerdictSettings settings) {
    VerdictService made =
        new VerdictService(
            store,
            reserve,
            staging,
            engine,
            books,
            books,
            new FakeHolders(),
            settings,
            metrics,
            new Costs(Clock.systemUTC()),
            timer,
            Clock.systemUTC());
    assertTrue(made.epochIs(1));
    return made;
  }

  @AfterEach
  void stop() throws IOException {
    service.close();
    staging.close();
    reserve.close();
    timer.shutdownNow();
  }

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
  void whenTheSenderCancelsTheNextOneIsAskedAtOnce() throws Exception {
    FakeAsker next = new FakeAsker(service, 2, 1);
    guest.ask(1, FILE);
    guest.upload();
    next.ask(1, FILE);

    guest.cancel(1);

    FakeAsker.send(next.upload(), FILE);
    assertEquals(judged(Verdict.CLEAN, Source.SCAN), next.outcome());
    assertTrue(guest.answers.isEmpty());
    assertEquals(1, metrics.counter(Metric.UPLOADS, "cancelled").total(), "not stalled");
  }

  @Test
  void oneWhoSendsOtherBytesIsRefusedAndFlaggedAndTheNextIsAsked() throws Exception {
    FakeAsker liar = new FakeAsker(service, 2, 1).sending(OTHER);
    liar.ask(1, FILE);
    assertEquals(new Outcome.Refused(Refusal.HASH_MISMATCH), liar.outcome());
    assertEquals(List.of(Refusal.HASH_MISMATCH), books.lies);
    assertTrue(store.kept.isEmpty());

    FakeAsker shortLiar = new FakeAsker(service, 3, 1).sending(new byte[3]);
    shortLiar.ask(1, FILE);
    guest.sending(FILE).ask(1, FILE);
    assertEquals(new Outcome.Refused(Refusal.LENGTH_MISMATCH), shortLiar.outcome());
    assertEquals(judged(Verdict.CLEAN, Source.SCAN), guest.outcome());
    assertEquals(1, engine.requests.size());
  }

  @Test
  void oneWhoStallsIsRefusedAndTheNextIsAsked() throws Exception {
    FakeAsker next = new FakeAsker(service, 2, 1).sending(FILE);
    guest.ask(1, FILE);
    guest.upload();
    next.ask(1, FILE);

    assertEquals(new Outcome.Refused(Refusal.UPLOAD_STALLED), guest.outcome());
    assertEquals(judged(Verdict.CLEAN, Source.SCAN), next.outcome());
  }

  @Test
  void oneWhoLetsOthersWaitIsOvertakenAndToldTheVerdict() throws Exception {
    serviceWithPatience(40);
    byte[] large = new byte[100_000];
    FakeAsker next = new FakeAsker(service, 2, 1);
    guest.ask(1, large);
    guest.upload().accept(0, ByteBuffer.allocate(10), false);
    next.ask(1, large);
    FakeAsker.send(next.upload(), large, 1 << 16);

    assertEquals(judged(Verdict.CLEAN, Source.SCAN), next.outcome());
    assertEquals(judged(Verdict.CLEAN, Source.JOINED), guest.outcome());
    assertEquals(List.of(Refusal.UPLOAD_STALLED), books.lies);
  }

  @Test
  void oneWhoWasOvertakenIsRefusedWhenTheOthersGo() throws Exception {
    serviceWithPatience(40);
    FakeAsker next = new FakeAsker(service, 2, 1);
    guest.ask(1, FILE);
    guest.ask(2, FILE);
    next.ask(1, FILE);
    next.upload();

    next.cancel(1);

    assertEquals(new Outcome.Refused(Refusal.UPLOAD_STALLED), guest.outcome());
    assertEquals(new Outcome.Refused(Refusal.UPLOAD_STALLED), guest.outcome());
    guest.upload();
    assertTrue(guest.requested.isEmpty(), "asked once to send");
  }

  @Test
  void oneWhoIsAloneHasAllTheTime() throws Exception {
    serviceWithPatience(4);
    guest.ask(1, FILE);
    Upload upload = guest.upload();
    guest.ask(2, FILE); // the same guest could send no better

    assertEquals(new Outcome.Refused(Refusal.UPLOAD_STALLED), guest.outcome());
    assertTrue(books.lies.isEmpty(), "only the staging's own time counts");
    assertTrue(upload.done().isDone());
  }

  private void serviceWithPatience(int millis) {
    VerdictSettings d = VerdictSettings.defaults();
    UploadSettings upload =
        new UploadSettings(d.upload().time(), Duration.ofMillis(millis), 1 << 20);
    service =
        serviceWith(
            new VerdictSettings(
                1_000,
                d.grace(),
                d.executeGrace(),
                d.flights(),
                d.waitersPerFlight(),
                d.waitersPerGuest(),
                d.waiters(),
                d.contentLength(),
                d.uploadsPerGuest(),
                upload,
                d.scanTime(),
                d.busyRetry(),
                d.reverify()));
    guest = new FakeAsker(service, 1, 1);
  }

  @Test
  void oneWhoAsksOftenAndStallsIsRefusedAllAtOnce() throws Exception {
    FakeAsker next = new FakeAsker(service, 2, 1).sending(FILE);
    for (int id = 1; id <= 20; id++) {
      guest.ask(id, FILE);
    }
    guest.upload();
    next.ask(1, FILE);

    assertEquals(judged(Verdict.CLEAN, Source.SCAN), next.outcome());
    for (int id = 1; id <= 20; id++) {
      assertEquals(new Outcome.Refused(Refusal.UPLOAD_STALLED), guest.outcome());
    }
    assertTrue(guest.requested.isEmpty(), "asked once to send");
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

  private static Verdict verdict(Outcome outcome) {
    return assertInstanceOf(Outcome.Judged.class, outcome).verdict();
  }

  private static VerdictSettings withMemory(int entries) {
    VerdictSettings d = VerdictSettings.defaults();
    return new VerdictSettings(
        entries,
        d.grace(),
        d.executeGrace(),
        d.flights(),
        d.waitersPerFlight(),
        d.waitersPerGuest(),
        d.waiters(),
        d.contentLength(),
        d.uploadsPerGuest(),
        d.upload(),
        d.scanTime(),
        d.busyRetry(),
        d.reverify());
  }

  @Test
  void overEachBoundAGuestIsToldBusy() throws Exception {
    VerdictSettings d = VerdictSettings.defaults();
    service =
        serviceWith(
            new VerdictSettings(
                1_000,
                d.grace(),
                d.executeGrace(),
                2,
                3,
                3,
                6,
                100,
                16,
                d.upload(),
                d.scanTime(),
                Duration.ofMillis(70),
                d.reverify()));
    Outcome busy = new Outcome.Busy(70);
    FakeAsker a = new FakeAsker(service, 1, 1);
    FakeAsker b = new FakeAsker(service, 2, 1);
    FakeAsker c = new FakeAsker(service, 3, 1);
    a.ask(1, "1".getBytes(StandardCharsets.UTF_8));
    a.ask(2, "2".getBytes(StandardCharsets.UTF_8));
    a.ask(3, "3".getBytes(StandardCharsets.UTF_8));
    assertEquals(busy, a.outcome(), "flights");
    b.ask(1, "1".getBytes(StandardCharsets.UTF_8));
    c.ask(1, "1".getBytes(StandardCharsets.UTF_8));
    FakeAsker late = new FakeAsker(service, 4, 1);
    late.ask(1, "1".getBytes(StandardCharsets.UTF_8));
    assertEquals(busy, late.outcome(), "waiters of a flight");
    a.ask(4, "2".getBytes(StandardCharsets.UTF_8));
    a.ask(5, "2".getBytes(StandardCharsets.UTF_8));
    assertEquals(busy, a.outcome(), "waiters of a guest, or in total");
    assertEquals(1, metrics.counter(Metric.BUSY, "flights").total());
    assertEquals(1, metrics.counter(Metric.BUSY, "flight_waiters").total());
    assertEquals(1, metrics.counter(Metric.BUSY, "guest_waiters").total());
    b.ask(2, "2".getBytes(StandardCharsets.UTF_8));
    late.ask(2, "2".getBytes(StandardCharsets.UTF_8));
    assertEquals(busy, late.outcome(), "waiters in total");
    assertEquals(1, metrics.counter(Metric.BUSY, "waiters").total());
    c.ask(2, new byte[101]);
    assertEquals(new Outcome.Refused(Refusal.CONTENT_TOO_LONG), c.outcome());
  }

  @Test
  void aGuestMayHaveAsManyAsksAndFlightsAsAreLeftForOthersAndIsToldToComeLater() throws Exception {
    VerdictSettings d = VerdictSettings.defaults();
    service =
        serviceWith(
            new VerdictSettings(
                1_000,
                d.grace(),
                d.executeGrace(),
                1_100,
                10,
                2_000,
                1_400,
                100,
                16,
                d.upload(),
                d.scanTime(),
                Duration.ofMillis(70),
                d.reverify()));
    FakeAsker flooder = new FakeAsker(service, 1, 1);
    for (int i = 0; i <= 550; i++) {
      flooder.ask(i, Integer.toString(i).getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(0, metrics.counter(Metric.BUSY, "flights").total());
    flooder.ask(600, "one more".getBytes(StandardCharsets.UTF_8));
    assertEquals(new Outcome.Busy(140), flooder.outcome());
    assertEquals(1, metrics.counter(Metric.BUSY, "flights").total());
    for (int i = 601; i <= 750; i++) {
      flooder.ask(i, Integer.toString(i % 500).getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(0, metrics.counter(Metric.BUSY, "waiters").total());
    flooder.ask(751, "1".getBytes(StandardCharsets.UTF_8));
    assertEquals(1, metrics.counter(Metric.BUSY, "waiters").total());
    assertEquals(new Outcome.Busy(140), flooder.outcome());
    FakeAsker quiet = new FakeAsker(service, 2, 1);
    quiet.ask(1, "quiet".getBytes(StandardCharsets.UTF_8));
    quiet.upload();
  }

  @Test
  void aGuestThatFillsItsShareOfTheStagingIsToldBusyAndAnotherIsAsked() throws Exception {
    guest.ask(1, Lane.OPEN, 10_000, new ContentKey(FakeAsker.keyOf(OTHER).hash(), 400_000));
    guest.upload();
    byte[] large = new byte[200_000];
    guest.ask(2, large);
    assertInstanceOf(Outcome.Busy.class, guest.outcome());
    assertEquals(1, metrics.counter(Metric.BUSY, "staging").total());

    FakeAsker other = new FakeAsker(service, 2, 1);
    other.ask(1, large);
    other.upload();
  }

  @Test
  void aFullDiskIsBusyForAllWhoWait() throws Exception {
    byte[] large = new byte[100_000];
    FakeAsker other = new FakeAsker(service, 2, 1);
    guest.ask(1, large);
    Upload upload = guest.upload();
    other.ask(1, large);
    Files.delete(stagingDirectory.resolve("lazaret-staging")); // so that nothing can be written
    upload.accept(0, ByteBuffer.allocate(upload.initialCredit()), false);

    assertInstanceOf(Outcome.Busy.class, guest.outcome());
    assertInstanceOf(Outcome.Busy.class, other.outcome());
    assertEquals(1, metrics.counter(Metric.BUSY, "disk").total());
    await(() -> metrics.counter(Metric.STAGING_REJECTED, "disk").total() == 1);
    assertEquals(0, staging.stagedBytes());
  }

  @Test
  void aGuestWithAllItsUploadsStalledHoldsUpNobodyElse() throws Exception {
    VerdictSettings d = VerdictSettings.defaults();
    service =
        serviceWith(
            new VerdictSettings(
                1_000,
                d.grace(),
                d.executeGrace(),
                100,
                100,
                100,
                100,
                1 << 20,
                1,
                d.upload(),
                d.scanTime(),
                d.busyRetry(),
                d.reverify()));
    FakeAsker slow = new FakeAsker(service, 1, 1);
    FakeAsker quick = new FakeAsker(service, 2, 1).sending(FILE);
    slow.ask(1, OTHER);
    slow.upload();
    slow.ask(2, FILE);
    await(() -> metrics.value(Metric.UPLOADS_WAITING) == 1);

    quick.ask(1, FILE);
    assertEquals(judged(Verdict.CLEAN, Source.SCAN), quick.outcome());
    assertEquals(judged(Verdict.CLEAN, Source.JOINED), slow.outcome());
    assertTrue(slow.requested.isEmpty());
  }

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

  private static Outcome judged(Verdict verdict, Source source) {
    return new Outcome.Judged(verdict, 1, source);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not within 10 s");
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }
}
