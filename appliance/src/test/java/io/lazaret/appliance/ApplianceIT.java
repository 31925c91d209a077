// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static io.lazaret.appliance.ApplianceRig.await;
import static io.lazaret.appliance.ApplianceRig.eicar;
import static io.lazaret.appliance.ApplianceRig.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Outcome.Source;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.tls.ClientTls;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole appliance with a real clamd, asked over real TLS. */
final class ApplianceIT {
  private static final byte[] FILE = text("a harmless file");

  @TempDir private Path directory;
  private ApplianceRig rig;

  @BeforeEach
  void start() throws Exception {
    rig = ApplianceRig.start(directory, "sessions.probe = 500ms");
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  @Test
  void aFileIsScannedForTheFirstGuestAndKnownForTheSecondAndAfterARestart() throws Exception {
    TestGuest first = rig.guest();
    assertJudged(Verdict.CLEAN, Source.SCAN, first.ask(1, FILE));
    assertJudged(Verdict.CLEAN, Source.MEMORY, first.ask(1, FILE));
    assertJudged(Verdict.CLEAN, Source.MEMORY, rig.guest().ask(1, FILE));
    assertEquals(1, rig.uploads());

    rig.restart();

    assertJudged(Verdict.CLEAN, Source.STORE, rig.guest().ask(1, FILE));
    assertEquals(0, rig.uploads());
  }

  @Test
  void eicarIsInfectedAlsoFromTheMemoryAndTheStore() throws Exception {
    TestGuest guest = rig.guest();
    Verdict verdict = judged(guest.ask(1, eicar())).verdict();
    assertTrue(
        assertInstanceOf(Verdict.Infected.class, verdict).threat().contains("Eicar"),
        verdict.toString());
    assertJudged(verdict, Source.MEMORY, guest.ask(2, eicar()));
    rig.restart();
    assertJudged(verdict, Source.STORE, rig.guest().ask(1, eicar()));
  }

  @Test
  void aLargeFileComesUnderCreditAndSmallAnswersOvertakeIt() throws Exception {
    byte[] large = new byte[3 << 20];
    new Random(1).nextBytes(large);
    TestGuest guest = rig.guest();
    guest.ask(1, FILE);

    guest.send(TestGuest.asking(2, Lane.OPEN, 30_000, large));
    assertInstanceOf(Outcome.SendContent.class, guest.next(2));
    guest.upload(2, Arrays.copyOf(large, 1 << 20), 0, false);
    assertJudged(Verdict.CLEAN, Source.MEMORY, guest.ask(3, FILE));
    guest.upload(2, large, 1 << 20, true);

    assertJudged(Verdict.CLEAN, Source.SCAN, guest.next(2));
  }

  @Test
  void anEmptyFileIsAFile() throws Exception {
    assertJudged(Verdict.CLEAN, Source.SCAN, rig.guest().ask(1, new byte[0]));
  }

  @Test
  void fiftyGuestsWithOneFileCauseOneUploadAndOneScan() throws Exception {
    List<TestGuest> guests = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      guests.add(rig.guest());
    }
    TestGuest sender = guests.getFirst();
    sender.send(TestGuest.asking(1, Lane.OPEN, 30_000, FILE));
    assertInstanceOf(Outcome.SendContent.class, sender.next(1));
    for (TestGuest guest : guests.subList(1, 50)) {
      guest.send(TestGuest.asking(1, Lane.OPEN, 30_000, FILE));
    }
    await("all wait", () -> rig.appliance().metrics().scrape().contains("lazaret_waiters 50.0"));
    sender.upload(1, FILE, 0, true);

    assertJudged(Verdict.CLEAN, Source.SCAN, sender.next(1));
    for (TestGuest guest : guests.subList(1, 50)) {
      assertJudged(Verdict.CLEAN, Source.JOINED, guest.next(1));
    }
    assertEquals(1, rig.uploads());
    assertEquals(1, rig.count(Metric.SCANS, "clean"));
  }

  @Test
  void whenTheUploaderIsKilledTheNextOneIsAsked() throws Exception {
    byte[] content = new byte[300_000];
    TestGuest killed = rig.guest();
    TestGuest next = rig.guest();
    killed.send(TestGuest.asking(1, Lane.OPEN, 30_000, content));
    assertInstanceOf(Outcome.SendContent.class, killed.next(1));
    next.send(TestGuest.asking(7, Lane.OPEN, 30_000, content));
    killed.upload(1, Arrays.copyOf(content, 50_000), 0, false);
    await("both wait", () -> rig.appliance().metrics().scrape().contains("lazaret_waiters 2.0"));

    killed.close();

    assertInstanceOf(Outcome.SendContent.class, next.next(7));
    next.upload(7, content, 0, true);
    assertJudged(Verdict.CLEAN, Source.SCAN, next.next(7));
  }

  @Test
  void wrongBytesAreRefusedAndFlaggedAndTheSessionGoesOn() throws Exception {
    TestGuest liar = rig.guest();
    assertEquals(
        new Outcome.Refused(Refusal.HASH_MISMATCH),
        liar.ask(1, Lane.OPEN, eicar(), new byte[eicar().length]));
    assertEquals(
        new Outcome.Refused(Refusal.LENGTH_MISMATCH), liar.ask(2, Lane.OPEN, eicar(), FILE));
    assertEquals(1, rig.count(Metric.GUESTS_FLAGGED, "hash_mismatch"));
    assertEquals(1, rig.count(Metric.GUESTS_FLAGGED, "length_mismatch"));

    Verdict verdict = judged(liar.ask(3, eicar())).verdict();
    assertInstanceOf(Verdict.Infected.class, verdict);
  }

  @Test
  void tenantsDoNotShareVerdicts() throws Exception {
    rig.guest("one").ask(1, FILE);
    assertJudged(Verdict.CLEAN, Source.SCAN, rig.guest("two").ask(1, FILE));
  }

  @Test
  void aCancelledAskIsNotAnsweredAndItsNumberIsFree() throws Exception {
    TestGuest guest = rig.guest();
    guest.send(TestGuest.asking(1, Lane.OPEN, 30_000, FILE));
    assertInstanceOf(Outcome.SendContent.class, guest.next(1));
    guest.send(new Message.Cancel(1));
    assertJudged(Verdict.CLEAN, Source.SCAN, guest.ask(1, text("another file")));
  }

  @Test
  void whenTheDeadlinePassesThatIsTheAnswer() throws Exception {
    TestGuest guest = rig.guest();
    guest.send(TestGuest.asking(1, Lane.OPEN, 200, FILE));
    assertInstanceOf(Outcome.SendContent.class, guest.next(1));
    assertEquals(new Outcome.Refused(Refusal.DEADLINE_PASSED), guest.next(1));
  }

  @Test
  void aKilledEngineNeverSaysClean() throws Exception {
    TestGuest guest = rig.guest();
    long pid = rig.appliance().engine().enginePid();
    guest.send(TestGuest.asking(1, Lane.OPEN, 30_000, eicar()));
    assertInstanceOf(Outcome.SendContent.class, guest.next(1));
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    guest.upload(1, eicar(), 0, true);

    switch (guest.next(1)) {
      case Outcome.Judged(Verdict verdict, long epoch, Source source) ->
          assertInstanceOf(Verdict.Infected.class, verdict);
      case Outcome.Refused(Refusal code) ->
          assertTrue(
              code == Refusal.ENGINE_UNAVAILABLE || code == Refusal.ENGINE_FAILED, code.name());
      case Outcome other -> throw new AssertionError(other);
    }
    await(
        "engine ready again",
        () ->
            rig.appliance().engine().enginePid() != pid
                && rig.appliance().engine().status().ready());
    assertInstanceOf(Verdict.Infected.class, judged(guest.ask(2, eicar())).verdict());
  }

  @Test
  void reportsAreAcknowledgedWhenTheyAreInTheLedger() throws Exception {
    TestGuest guest = rig.guest();
    Message.Asks asks = (Message.Asks) TestGuest.asking(1, Lane.OPEN, 1, eicar());
    guest.send(
        new Message.Reports(
            42,
            List.of(
                new Report.Detection(
                    Instant.EPOCH,
                    asks.asks().getFirst().access(),
                    new Verdict.Infected("Eicar"),
                    Report.Action.DENIED),
                new Report.Figures(Instant.EPOCH, Map.of(Report.Figure.OPENS_SEEN, 5L)))));
    assertEquals(new Message.ReportsStored(42), guest.await(Message.ReportsStored.class));
    assertEquals(1, rig.count(Metric.DETECTIONS, "denied"));
  }

  @Test
  void aSecondSessionIsRefusedWhileTheFirstLivesAndLetInWhenItIsDead() throws Exception {
    TlsIdentity identity = rig.enrol("default");
    TestGuest first = rig.open(identity);
    Thread alive = Thread.ofPlatform().start(() -> readUntilClosed(first));
    try (TestGuest second = TestGuest.connect(rig.address(), ClientTls.forGuest(identity))) {
      second.send(TestGuest.hello(1, 1));
      assertEquals(
          Refusal.DUPLICATE_SESSION, assertInstanceOf(Message.Goodbye.class, second.read()).code());
    }
    assertTrue(rig.count(Metric.GUESTS_FLAGGED, "duplicate_session") >= 2);
    first.close();
    alive.join();

    TestGuest deaf = rig.open(identity); // answers no ping, like an agent that hangs
    assertNotEquals(null, deaf);
    assertJudged(Verdict.CLEAN, Source.SCAN, rig.open(identity).ask(1, FILE));
  }

  @Test
  void aRevokedGuestIsShownOut() throws Exception {
    TestGuest guest = rig.guest();
    long id = rig.appliance().guests().list().join().getFirst().id();
    rig.appliance().guests().revoke(id, "test").join();
    assertEquals(Refusal.CERTIFICATE_REVOKED, guest.await(Message.Goodbye.class).code());
  }

  @Test
  void newSignaturesChangeTheAnswersOfAllWhoHadTheFile() throws Exception {
    byte[] bad = text("this file will turn out to be bad, by its very own signature");
    List<TestGuest> guests = List.of(rig.guest(), rig.guest(), rig.guest());
    for (TestGuest guest : guests) {
      assertEquals(Verdict.CLEAN, judged(guest.ask(1, bad)).verdict());
    }
    TlsIdentity away = rig.enrol("default");
    try (TestGuest guest = rig.open(away)) {
      assertEquals(Verdict.CLEAN, judged(guest.ask(1, bad)).verdict());
    }
    TestGuest stranger = rig.guest();
    assertEquals(0, stranger.await(Message.PolicyPart.class).version());
    String signature = "Turned.Bad:0:*:" + HexFormat.of().formatHex(bad);
    Files.writeString(directory.resolve("signatures/new.ndb"), signature + "\n");
    long epoch = guests.get(1).await(Message.EpochChanged.class).epoch();

    // Its old verdict is still served, and whoever is served is asked to ask again.
    assertJudged(Verdict.CLEAN, Source.MEMORY, guests.get(1).ask(2, bad));
    Message.Reverify reverify = guests.get(1).await(Message.Reverify.class);
    assertEquals(TestGuest.keyOf(bad), reverify.content());
    Outcome.Judged now = judged(guests.get(1).ask(3, Lane.RESCAN, bad, bad));
    assertEquals(epoch, now.epoch());
    assertInstanceOf(Verdict.Infected.class, now.verdict());
    for (TestGuest guest : guests) {
      var revoked = guest.await(Message.Revoked.class).revocations().getFirst();
      assertEquals(TestGuest.keyOf(bad), revoked.content());
      assertEquals(now.verdict(), revoked.verdict());
    }
    var missed = rig.open(away).await(Message.Revoked.class).revocations();
    assertEquals(TestGuest.keyOf(bad), missed.getFirst().content());
    assertEquals(new Message.Pong(5), stranger.roundTrip(5)); // and nothing before it
  }

  @Test
  void whenTheApplianceStopsGuestsAreToldToGo() throws Exception {
    TestGuest guest = rig.guest();
    rig.appliance().close();
    guest.await(Message.Drain.class);
    assertEquals(Refusal.SHUTTING_DOWN, guest.await(Message.Goodbye.class).code());
  }

  private static void readUntilClosed(TestGuest guest) {
    try {
      guest.await(Message.Enrolled.class);
    } catch (IOException e) {
      // what it waits for
    }
  }

  private static Outcome.Judged judged(Outcome outcome) {
    return assertInstanceOf(Outcome.Judged.class, outcome);
  }

  private static void assertJudged(Verdict verdict, Source source, Outcome outcome) {
    Outcome.Judged judged = judged(outcome);
    assertEquals(verdict, judged.verdict());
    assertEquals(source, judged.source());
  }
}
