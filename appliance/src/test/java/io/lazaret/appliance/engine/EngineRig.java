// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.fail;

import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** A real engine with the tiny signature set, looked after at a pace that suits tests. */
final class EngineRig implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(60);

  final Path signatures;
  final MemoryEpochBook book;
  final Metrics metrics = new Metrics();
  final ManagedEngine engine;

  private EngineRig(Path signatures, EngineSettings settings, MemoryEpochBook book)
      throws IOException {
    this.book = book;
    this.signatures = signatures;
    this.engine = Engines.start(settings, book, metrics);
  }

  static EngineRig start(Path directory) throws IOException {
    return start(directory, limits());
  }

  static EngineRig start(Path directory, EngineSettings.Limits limits) throws IOException {
    Path signatures = directory.resolve("signatures");
    TestSignatures.writeTo(signatures);
    EngineRig rig = start(directory, settings(directory, "clamd", limits));
    rig.awaitReady();
    return rig;
  }

  static EngineRig start(Path directory, EngineSettings settings) throws IOException {
    Path signatures = Files.createDirectories(directory.resolve("signatures"));
    return new EngineRig(signatures, settings, new MemoryEpochBook());
  }

  static EngineRig start(Path directory, EngineSettings settings, MemoryEpochBook book)
      throws IOException {
    return new EngineRig(directory.resolve("signatures"), settings, book);
  }

  static EngineSettings settings(Path directory, String binary, EngineSettings.Limits limits) {
    return new EngineSettings(
        new EngineSettings.Managed(
            binary,
            directory.resolve("signatures"),
            directory.resolve("engine"),
            "",
            "",
            0,
            2L << 30,
            ""),
        limits,
        new EngineSettings.Queue(10_000, 5_000),
        new EngineSettings.Care(
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofMillis(200),
            Duration.ofSeconds(5),
            Duration.ofMillis(100),
            3,
            Duration.ofMillis(50),
            Duration.ofSeconds(5)));
  }

  static EngineSettings.Limits limits() {
    return new EngineSettings.Limits(2, 20L << 20, 24L << 20, 5, 20, Duration.ofSeconds(30), true);
  }

  void awaitReady() {
    await("the engine is ready: " + engine.status(), () -> engine.status().ready());
  }

  static void await(String what, BooleanSupplier condition) {
    long until = System.nanoTime() + Duration.ofSeconds(40).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - until > 0) {
        fail("not in time: " + what);
      }
      Thread.onSpinWait();
      try {
        TimeUnit.MILLISECONDS.sleep(5);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  ScanResult scan(byte[] content) {
    return get(engine.scan(TestContents.request(content, LONG)));
  }

  Verdict verdict(byte[] content) {
    return scan(content) instanceof ScanResult.Scanned(Verdict verdict, long epoch)
        ? verdict
        : fail("no verdict: " + scan(content));
  }

  static <T> T get(java.util.concurrent.CompletableFuture<T> future) {
    try {
      return future.get(90, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    engine.close();
    metrics.close();
  }
}
