// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.content.Staging;
import io.lazaret.appliance.content.StagingSettings;
import io.lazaret.appliance.ledger.VerdictReserve;
import io.lazaret.appliance.metrics.Costs;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Outcome.Source;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The path of an ask on a fake engine and store, with real staging. */
abstract class VerdictServiceScenario {
  static final byte[] FILE = "a file".getBytes(StandardCharsets.UTF_8);
  static final byte[] OTHER = "other!".getBytes(StandardCharsets.UTF_8);
  static final Verdict INFECTED = new Verdict.Infected("Bad.Thing");

  final FakeStore store = new FakeStore();
  final FakeEngine engine = new FakeEngine();
  final FakeBooks books = new FakeBooks();
  final Metrics metrics = new Metrics();
  final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
  Path stagingDirectory;
  Staging staging;
  VerdictReserve reserve;
  VerdictService service;
  FakeAsker guest;

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

  VerdictService serviceWith(VerdictSettings settings) {
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

  void serviceWithPatience(int millis) {
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

  static Verdict verdict(Outcome outcome) {
    return assertInstanceOf(Outcome.Judged.class, outcome).verdict();
  }

  static VerdictSettings withMemory(int entries) {
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

  static Outcome judged(Verdict verdict, Source source) {
    return new Outcome.Judged(verdict, 1, source);
  }

  static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not within 10 s");
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }
}
