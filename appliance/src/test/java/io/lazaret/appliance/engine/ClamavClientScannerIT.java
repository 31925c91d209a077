// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** clamav-client against a real clamd, which also serves an external engine. */
class ClamavClientScannerIT extends ClamdContract {
  private static Scanner scanner(int at) {
    return new ClamavClientScanner(local(at), 1000);
  }

  @Override
  Scanner working() {
    return scanner(port);
  }

  @Override
  Scanner absent() {
    return scanner(nobodys);
  }

  @Test
  void whatIsLongerThanTheEngineTakesIsNotSent() {
    assertEquals(
        new Scanner.Look.Found(new Verdict.Incomplete(Verdict.Reason.SIZE_LIMIT)),
        absent().scan(1001, () -> new ByteArrayInputStream(new byte[1001])));
  }

  @Test
  void aVirtualThreadIsRefused() throws InterruptedException {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread =
        Thread.ofVirtual()
            .uncaughtExceptionHandler((t, e) -> thrown.set(e))
            .start(() -> working().scan(10, () -> new ByteArrayInputStream(new byte[10])));
    thread.join();
    assertInstanceOf(IllegalStateException.class, thrown.get());
  }

  @Test
  void anExternalEngineGivesVerdictsUnderAnEpoch() throws IOException {
    EngineSettings any = EngineRig.settings(directory, "clamd", EngineRig.limits());
    try (Metrics metrics = new Metrics();
        ManagedEngine external =
            Engines.start(
                new EngineSettings(
                    new EngineSettings.External("127.0.0.1", port),
                    any.limits(),
                    any.queue(),
                    any.care()),
                new MemoryEpochBook(),
                metrics)) {
      EngineRig.await("the engine is ready", () -> external.status().ready());
      ScanResult result =
          EngineRig.get(external.scan(TestContents.request(TestContents.eicar(), EngineRig.LONG)));
      assertTrue(
          result instanceof ScanResult.Scanned(Verdict.Infected infected, long epoch) && epoch > 0,
          result.toString());
    }
  }

  @Test
  void anExternalEngineThatIsNotThereIsSaid() throws IOException {
    EngineSettings any = EngineRig.settings(directory, "clamd", EngineRig.limits());
    try (Metrics metrics = new Metrics();
        ManagedEngine external =
            Engines.start(
                new EngineSettings(
                    new EngineSettings.External("127.0.0.1", nobodys),
                    any.limits(),
                    any.queue(),
                    any.care()),
                new MemoryEpochBook(),
                metrics)) {
      EngineRig.await(
          "the absence is noticed",
          () -> external.status().problem().contains("127.0.0.1:" + nobodys));
      assertInstanceOf(
          ScanResult.NotScanned.class,
          EngineRig.get(external.scan(TestContents.request(TestContents.eicar(), EngineRig.LONG))));
    }
  }
}
