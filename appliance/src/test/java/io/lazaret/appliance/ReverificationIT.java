// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static io.lazaret.appliance.ApplianceRig.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** New signatures reach all who have a file, without anybody opening it: a whole appliance. */
final class ReverificationIT {
  private static final byte[] FILE = text("harmless until a signature says otherwise");

  private static final Logger log = LoggerFactory.getLogger(ReverificationIT.class);

  @TempDir private Path directory;
  private ApplianceRig rig;

  @BeforeEach
  void start() throws Exception {
    rig = ApplianceRig.start(directory, "verdicts.reverify-answer = 500ms");
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  @Test
  void aFileThatTurnsBadAndGoodAgainIsToldToAllWhoHadItAndToThoseWhoWereAway() throws Exception {
    List<TestGuest> guests = List.of(rig.guest(), rig.guest(), rig.guest());
    TlsIdentity fourth = rig.enrol("default");
    TestGuest leaves = rig.open(fourth);
    for (TestGuest guest : guests) {
      assertEquals(Verdict.CLEAN, judged(guest.ask(1, FILE)).verdict());
    }
    assertEquals(Verdict.CLEAN, judged(leaves.ask(1, FILE)).verdict());
    leaves.close();
    ApplianceRig.await("it is gone", () -> rig.metric("lazaret_sessions") == 3);

    // The one that had it last is asked first; it does not react, and the next one does.
    long dropped = System.nanoTime();
    addSignature();
    Message.Reverify ignored = guests.get(2).await(Message.Reverify.class);
    assertEquals(TestGuest.keyOf(FILE), ignored.content());
    Outcome.Judged now = reverify(guests.get(1));
    assertInstanceOf(Verdict.Infected.class, now.verdict());
    for (TestGuest guest : guests) {
      assertRevoked(now, guest.await(Message.Revoked.class));
    }
    log.info(
        "new signature to the last guest's revocation, one guest being deaf for 500 ms: millis={}",
        (System.nanoTime() - dropped) / 1_000_000);
    assertEquals(1, rig.count(Metric.VERDICTS_CHANGED, "infected"));
    // One is deaf; a slow machine may miss another's time as well.
    assertTrue(rig.count(Metric.REVERIFICATIONS, "no_reaction") >= 1);

    rig.restart(); // what the fourth has missed outlives that
    TestGuest back = rig.open(fourth);
    assertRevoked(now, back.await(Message.Revoked.class));
    TestGuest other = rig.guest();
    assertEquals(now.verdict(), judged(other.ask(1, FILE)).verdict());

    Files.delete(directory.resolve("signatures/new.ndb"));
    Outcome.Judged again = reverify(other); // it had it last
    assertEquals(Verdict.CLEAN, again.verdict());
    assertTrue(again.epoch() != now.epoch());
    Message.Revoked told = other.await(Message.Revoked.class);
    if (told.revocations().equals(revocations(now))) {
      // It asked before it was looked up what it had missed: it may be told that answer again.
      told = other.await(Message.Revoked.class);
    }
    assertRevoked(again, told);
    assertRevoked(again, back.await(Message.Revoked.class));
    assertEquals(Verdict.CLEAN, judged(back.ask(2, FILE)).verdict());
  }

  @Test
  void withoutGraceNothingOldIsServed() throws Exception {
    rig.close();
    Path file = directory.resolve("appliance.conf");
    Files.writeString(file, Files.readString(file) + "verdicts.execute-grace = 0s\n");
    rig.restart();
    TestGuest guest = rig.guest();
    assertEquals(Verdict.CLEAN, judged(guest.ask(1, FILE)).verdict());
    addSignature();
    guest.await(Message.EpochChanged.class);
    assertEquals(Verdict.CLEAN, judged(guest.ask(2, FILE)).verdict());
    assertInstanceOf(
        Verdict.Infected.class, judged(guest.ask(3, Lane.EXECUTE, FILE, FILE)).verdict());
  }

  private void addSignature() throws IOException {
    Path ready = directory.resolve("ready");
    Files.writeString(ready, "Turned.Bad:0:*:" + HexFormat.of().formatHex(FILE) + "\n");
    Files.move(ready, directory.resolve("signatures/new.ndb"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Waits until it is told to, and does what an agent does. */
  private static Outcome.Judged reverify(TestGuest guest) throws IOException {
    assertEquals(TestGuest.keyOf(FILE), guest.await(Message.Reverify.class).content());
    return judged(guest.ask(9, Lane.RESCAN, FILE, FILE));
  }

  private static void assertRevoked(Outcome.Judged now, Message.Revoked revoked) {
    assertEquals(revocations(now), revoked.revocations());
  }

  private static List<Revocation> revocations(Outcome.Judged now) {
    return List.of(new Revocation(TestGuest.keyOf(FILE), now.verdict(), now.epoch()));
  }

  private static Outcome.Judged judged(Outcome outcome) {
    return assertInstanceOf(Outcome.Judged.class, outcome);
  }
}
