// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verdicts of a real clamd while it reloads under the hands of those who ask. */
class EpochsUnderLoadIT {
  private static final int RELOADS = 8;
  private static final int THREADS = 4;

  @TempDir Path directory;

  @Test
  void everyVerdictNamesTheSignaturesThatMadeItHoweverManyAskDuringReloads() throws Exception {
    byte[] content = TestContents.text("a content that is bad every other time");
    List<ScanResult.Scanned> verdicts = new CopyOnWriteArrayList<>();
    AtomicBoolean over = new AtomicBoolean();
    Map<Long, Boolean> bad = new HashMap<>();
    try (EngineRig rig = EngineRig.start(directory)) {
      bad.put(rig.engine.status().epoch(), false);
      List<Thread> threads =
          Stream.generate(() ->
                  Thread.ofPlatform()
                      .start(() -> {
                        while (!over.get()) {
                          if (rig.scan(content) instanceof ScanResult.Scanned scanned) {
                            verdicts.add(scanned);
                          }
                        }
                      }))
              .limit(THREADS)
              .toList();
      Path signature = rig.signatures.resolve("new.ndb");
      for (int i = 1; i <= RELOADS; i++) {
        if (i % 2 == 1) {
          Files.writeString(signature, "Now.Bad:0:*:" + HexFormat.of().formatHex(content) + "\n");
        } else {
          Files.delete(signature);
        }
        SignatureChange change = EngineRig.get(rig.engine.reload());
        // The watch may have been faster than the wish.
        assertTrue(!(change instanceof SignatureChange.Rejected), change.toString());
        int seen = verdicts.size();
        bad.put(rig.engine.status().epoch(), i % 2 == 1);
        EngineRig.await("scans after the reload", () -> verdicts.size() > seen + THREADS);
      }
      over.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertEquals(RELOADS + 1, bad.size());
    for (ScanResult.Scanned scanned : verdicts) {
      Boolean expected = bad.get(scanned.epoch());
      assertEquals(expected, scanned.verdict() instanceof Verdict.Infected, scanned.toString());
      if (Boolean.FALSE.equals(expected)) {
        assertInstanceOf(Verdict.Clean.class, scanned.verdict());
      }
    }
    assertEquals(RELOADS + 1, verdicts.stream().map(ScanResult.Scanned::epoch).distinct().count());
  }
}
