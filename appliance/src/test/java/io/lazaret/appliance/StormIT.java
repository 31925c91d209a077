// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static io.lazaret.appliance.ApplianceRig.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many guests that start together ask about the same files at once. */
final class StormIT {
  private static final int GUESTS = 50;
  private static final int FILES = 500;

  @Test
  void aStormOfTheSameFilesUploadsAndScansEachOnce(@TempDir Path directory) throws Exception {
    try (ApplianceRig rig = ApplianceRig.start(directory)) {
      storm(rig, 0);
      assertEquals(FILES, rig.uploads());
      assertEquals(FILES, rig.count(Metric.SCANS, "clean"));
    }
  }

  @Test
  void alsoWhenUploadersAreKilledAtRandom(@TempDir Path directory) throws Exception {
    try (ApplianceRig rig = ApplianceRig.start(directory)) {
      int killed = storm(rig, 5);
      assertTrue(killed > 20, killed + " uploaders killed");
      assertEquals(FILES, rig.uploads());
      assertEquals(FILES, rig.count(Metric.SCANS, "clean"));
    }
  }

  /**
   * Every guest asks about every file, each in an order of its own.
   *
   * @param killPercent how many of the uploads end with the uploader's connection, half way
   * @return how many that were
   */
  private static int storm(ApplianceRig rig, int killPercent) throws Exception {
    List<TlsIdentity> identities = new ArrayList<>();
    for (int i = 0; i < GUESTS; i++) {
      identities.add(rig.enrol("default"));
    }
    AtomicInteger killed = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(GUESTS)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < GUESTS; i++) {
        TlsIdentity identity = identities.get(i);
        Random random = new Random(i);
        running.add(
            threads.submit(() -> {
              askForAll(rig, identity, random, killPercent, killed);
              return true;
            }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    return killed.get();
  }

  private static void askForAll(
      ApplianceRig rig, TlsIdentity identity, Random random, int killPercent, AtomicInteger killed)
      throws IOException {
    List<Integer> files = new ArrayList<>(IntStream.range(0, FILES).boxed().toList());
    Collections.shuffle(files, random);
    TestGuest guest = TestGuest.open(rig.address(), identity);
    for (int file : files) {
      byte[] content = text("a file of the storm, number " + file);
      guest.send(TestGuest.asking(file, Lane.OPEN, 60_000, content));
      Outcome outcome = guest.next(file);
      if (outcome instanceof Outcome.SendContent && random.nextInt(100) < killPercent) {
        guest.upload(file, Arrays.copyOf(content, 10), 0, false);
        guest.close();
        killed.incrementAndGet();
        guest = TestGuest.open(rig.address(), identity);
        outcome = guest.ask(file, content);
      } else if (outcome instanceof Outcome.SendContent) {
        guest.upload(file, content, 0, true);
        outcome = guest.next(file);
      }
      assertEquals(Verdict.CLEAN, assertInstanceOf(Outcome.Judged.class, outcome).verdict());
    }
    guest.close();
  }
}
