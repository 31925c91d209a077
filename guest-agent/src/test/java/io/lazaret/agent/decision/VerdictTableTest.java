// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTableTest {
  private static final long EPOCH = 1;

  /** One bucket: everything in it competes for its eight rows. */
  private static final int ONE_BUCKET = 8;

  private final Counters counters = new Counters();
  private final Epochs epochs = new Epochs(() -> 0);
  private final VerdictTable table = new VerdictTable(ONE_BUCKET, epochs, counters);

  VerdictTableTest() {
    epochs.changed(EPOCH, 0);
  }

  private static FileIdentity file(int number) {
    // The greatest generation there is: nothing else of its word may be taken for it.
    return new FileIdentity(7, number, 0xFFFF_FFFFL, 10, 1000, 2000);
  }

  private void remember(int number) {
    ContentKey content = new ContentKey(new ContentHash(number, 2, 3, 4), 10);
    table.remember(
        file(number), new LocalVerdicts.Known(Verdict.CLEAN, EPOCH, content), table.revision());
  }

  private boolean isRemembered(int number) {
    return table.find(file(number)).isPresent();
  }

  @Test
  void whatIsFoundAgainAndAgainOutlivesAFloodOfOthers() {
    for (int number = 1; number <= ONE_BUCKET; number++) {
      remember(number);
    }
    for (int number = 100; number < 200; number++) {
      assertTrue(isRemembered(3), "before " + number);
      remember(number);
      assertTrue(isRemembered(number));
    }
    assertTrue(isRemembered(3));
    assertEquals(ONE_BUCKET, table.size());
    assertEquals(100, counters.get(Metric.VERDICTS_EVICTED));
  }

  @Test
  void whenAllAreFoundOneOfThemGoesAllTheSame() {
    for (int number = 1; number <= ONE_BUCKET; number++) {
      remember(number);
      assertTrue(isRemembered(number));
    }
    remember(100);
    assertTrue(isRemembered(100));
    assertEquals(ONE_BUCKET, table.size());
  }

  /** A guest may be told again what it knows; it denies the file on while the appliance is away. */
  @Test
  void aThreatIsForgottenOnlyWhenItIsNoneAnyMore() {
    Verdict threat = new Verdict.Infected("Test");
    ContentKey content = new ContentKey(new ContentHash(1, 2, 3, 4), 10);
    table.remember(file(1), new LocalVerdicts.Known(threat, EPOCH, content), table.revision());
    table.revoked(List.of(new Revocation(content, threat, EPOCH)));
    assertTrue(table.findInfected(file(1)).isPresent());
    table.revoked(List.of(new Revocation(content, Verdict.CLEAN, EPOCH)));
    assertTrue(table.findInfected(file(1)).isEmpty());
  }
}
