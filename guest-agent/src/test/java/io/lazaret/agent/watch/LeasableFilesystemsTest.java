// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.watch.WatchSettings.Leases;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

class LeasableFilesystemsTest {
  private static final Leases ROOT = new Leases(1, Leases.On.ROOT, Duration.ZERO);
  private static final Leases GUARDED = new Leases(1, Leases.On.GUARDED, Duration.ZERO);

  @Test
  void onlyThatOfTheRootUnlessAllAreWanted() throws Exception {
    long root = Descriptors.knownStatus("/").device();
    LongPredicate ofRoot = LeasableFilesystems.of(ROOT, 45);
    assertTrue(ofRoot.test(root));
    assertFalse(ofRoot.test(root + 1));
    assertTrue(LeasableFilesystems.of(GUARDED, 45).test(root + 1));
  }

  @Test
  void noneWhereTheKernelEndsALeaseBeforeAStuckAgentIsKilled() throws Exception {
    for (int seconds : new int[] {1, 15, 29}) {
      IOException refused =
          assertThrows(IOException.class, () -> LeasableFilesystems.of(GUARDED, seconds));
      assertEquals(
          "fs.lease-break-time: " + seconds + " (expected: 0 or at least 30)",
          refused.getMessage());
    }
    assertTrue(LeasableFilesystems.of(GUARDED, 30).test(1));
    assertTrue(LeasableFilesystems.of(GUARDED, 0).test(1), "it waits for as long as it takes");
  }

  @Test
  void noneWhereThereAreToBeNone() {
    assertFalse(LeasableFilesystems.of(Leases.NONE).test(1));
  }
}
