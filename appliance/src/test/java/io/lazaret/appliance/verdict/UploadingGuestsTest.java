// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.content.Upload;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Outcome.Source;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is asked for a content that many want, and what becomes of those who do not send it. */
class UploadingGuestsTest extends VerdictServiceScenario {
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
}
