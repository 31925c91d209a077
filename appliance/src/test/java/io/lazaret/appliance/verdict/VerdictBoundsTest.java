// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.lazaret.appliance.content.Upload;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is said when there is no room. */
class VerdictBoundsTest extends VerdictServiceScenario {
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
}
