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
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Outcome.Source;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.tls.TlsIdentity;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many guests that want the same files at once, on a whole appliance with a real clamd. */
final class StormIT {
  private static final int GUESTS = 50;
  private static final int FILES = 500;
  private static final int INFECTED_EVERY = 25;
  private static final int SEED = 20_261_123;

  @TempDir private Path directory;

  @Test
  void fiftyGuestsWithFiveHundredFilesCauseFiveHundredUploadsAndScans() throws Exception {
    storm(0);
  }

  @Test
  void uploadersKilledInTheMiddleCauseNoSecondScanAndNobodyWaitsInVain() throws Exception {
    int died = storm(3);
    assertTrue(died > GUESTS / 2, "guests that died: " + died);
  }

  @Test
  void whenTheUploaderStallsOrLiesTheNextOneIsAskedAtOnce() throws Exception {
    try (ApplianceRig rig = ApplianceRig.start(directory, "staging.stall = 500ms")) {
      byte[] content = text("wanted by three".repeat(100));
      TestGuest staller = rig.guest();
      TestGuest liar = rig.guest();
      TestGuest honest = rig.guest();
      staller.send(TestGuest.asking(1, Lane.OPEN, 20_000, content));
      assertInstanceOf(Outcome.SendContent.class, staller.next(1));
      liar.send(TestGuest.asking(1, Lane.OPEN, 20_000, content));
      await("liar waits", () -> rig.metric("lazaret_waiters") == 2);
      honest.send(TestGuest.asking(1, Lane.OPEN, 20_000, content));
      long start = System.nanoTime();

      assertInstanceOf(Outcome.SendContent.class, liar.next(1));
      assertEquals(new Outcome.Refused(Refusal.UPLOAD_STALLED), staller.next(1));
      liar.upload(1, new byte[content.length], 0, true);
      assertEquals(new Outcome.Refused(Refusal.HASH_MISMATCH), liar.next(1));
      assertInstanceOf(Outcome.SendContent.class, honest.next(1));
      honest.upload(1, content, 0, true);
      assertEquals(Verdict.CLEAN, ((Outcome.Judged) honest.next(1)).verdict());

      assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(10), "asked at once");
      assertEquals(1, rig.count(Metric.GUESTS_FLAGGED, "hash_mismatch"));
      assertEquals(1, rig.uploads());
    }
  }

  @Test
  void whoSendsNothingOrDropsLosesItsTurnToAnotherWhoWaitsAndIsToldTheVerdict() throws Exception {
    try (ApplianceRig rig = ApplianceRig.start(directory, "verdicts.upload-patience = 400ms")) {
      byte[] content = text("wanted by four".repeat(10_000));
      TestGuest silent = rig.guest();
      TestGuest dripping = rig.guest();
      TestGuest late = rig.guest();
      silent.send(TestGuest.asking(1, Lane.OPEN, 30_000, content));
      silent.send(TestGuest.asking(2, Lane.OPEN, 30_000, content));
      assertInstanceOf(Outcome.SendContent.class, silent.next(1));
      dripping.send(TestGuest.asking(1, Lane.OPEN, 30_000, content));
      long start = System.nanoTime();
      assertInstanceOf(Outcome.SendContent.class, dripping.next(1));
      AtomicBoolean drips = new AtomicBoolean(true);
      Thread drip = Thread.ofPlatform().start(() -> dripping.drip(1, content, drips::get));
      late.send(TestGuest.asking(1, Lane.OPEN, 30_000, content));
      assertInstanceOf(Outcome.SendContent.class, late.next(1));
      long lost = System.nanoTime() - start;
      drips.set(false);
      drip.join();

      late.upload(1, content, 0, true);

      assertEquals(Verdict.CLEAN, ((Outcome.Judged) late.next(1)).verdict());
      assertEquals(Verdict.CLEAN, ((Outcome.Judged) silent.next(1)).verdict());
      assertEquals(Verdict.CLEAN, ((Outcome.Judged) silent.next(2)).verdict());
      assertEquals(Verdict.CLEAN, ((Outcome.Judged) dripping.next(1)).verdict());
      assertTrue(lost < TimeUnit.SECONDS.toNanos(10), "asked before staging.stall (20 s)");
      assertEquals(2, rig.count(Metric.GUESTS_FLAGGED, "upload_stalled"));
      assertEquals(1, rig.uploads());
    }
  }

  /** How many guests died on the way. */
  private int storm(int deathsOfEach) throws Exception {
    try (ApplianceRig rig = ApplianceRig.start(directory)) {
      List<byte[]> files = files();
      List<StormGuest> guests = new ArrayList<>();
      for (int i = 0; i < GUESTS; i++) {
        TlsIdentity identity = rig.enrol("default");
        guests.add(new StormGuest(rig, identity, files, SEED + i, deathsOfEach));
      }
      List<Thread> running = guests.stream().map(Thread.ofPlatform()::start).toList();
      for (Thread thread : running) {
        thread.join(TimeUnit.SECONDS.toMillis(120));
        assertEquals(Thread.State.TERMINATED, thread.getState(), "a guest waits in vain");
      }
      int died = 0;
      for (StormGuest guest : guests) {
        assertAllRight(guest);
        died += guest.died;
      }
      await("the last upload counted", () -> rig.uploads() >= FILES);
      assertEquals(FILES, rig.uploads(), "uploads completed");
      assertEquals(FILES, scans(rig), "scans");
      assertEquals(FILES / INFECTED_EVERY, rig.count(Metric.SCANS, "infected"));
      assertEquals(0, rig.metric("lazaret_staging_bytes"));
      assertEquals(0, rig.metric("lazaret_waiters"));
      warmStart(rig, guests.getFirst());
      return died;
    }
  }

  /** Everything is known after a restart, long before the memory is warm. */
  private static void warmStart(ApplianceRig rig, StormGuest guest) throws Exception {
    rig.restart();
    guest.outcomes.clear();
    guest.run();
    assertAllRight(guest);
    for (Outcome outcome : guest.outcomes.values()) {
      assertEquals(Source.STORE, ((Outcome.Judged) outcome).source());
    }
    assertEquals(0, rig.uploads(), "uploads after the restart");
    assertEquals(0, scans(rig), "scans after the restart");
  }

  private static void assertAllRight(StormGuest guest) {
    if (guest.failure != null) {
      throw new AssertionError(guest.failure);
    }
    for (int file = 0; file < FILES; file++) {
      Outcome.Judged judged =
          assertInstanceOf(
              Outcome.Judged.class,
              guest.outcomes.get(file),
              "file " + file + " " + guest.outcomes.get(file));
      if (file % INFECTED_EVERY == 0) {
        assertInstanceOf(Verdict.Infected.class, judged.verdict(), "file " + file);
      } else {
        assertEquals(Verdict.CLEAN, judged.verdict(), "file " + file);
      }
      assertNotEquals(0, judged.epoch());
    }
    assertTrue(guest.slowestNanos < TimeUnit.SECONDS.toNanos(60), "past a deadline");
  }

  /** All that the engine was given, however they ended. */
  private static long scans(ApplianceRig rig) {
    return rig.appliance()
        .metrics()
        .scrape()
        .lines()
        .filter(line -> line.startsWith("lazaret_scans_total{"))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static List<byte[]> files() {
    Random random = new Random(SEED);
    return IntStream.range(0, FILES)
        .mapToObj(file -> {
          byte[] head = file % INFECTED_EVERY == 0 ? eicar() : text("file " + file);
          byte[] rest = text(" " + file + " " + "words and words\n".repeat(random.nextInt(1, 500)));
          return ByteBuffer.allocate(head.length + rest.length).put(head).put(rest).array();
        })
        .toList();
  }
}
