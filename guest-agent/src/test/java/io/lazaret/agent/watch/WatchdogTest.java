// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WatchdogTest {
  private final AtomicLong turns = new AtomicLong();
  private final Watchdog watchdog = new Watchdog(turns::get);

  @Test
  void aThreadThatTurnsNowAndThenDoesNotHang() {
    for (int i = 0; i < 100; i++) {
      if (i % (Watchdog.LOOKS - 1) == 0) {
        turns.incrementAndGet();
      }
      assertFalse(watchdog.hangs());
    }
  }

  @Test
  void aThreadThatTurnsNoMoreHangsAfterItsLooks() {
    for (int i = 1; i < Watchdog.LOOKS; i++) {
      assertFalse(watchdog.hangs());
    }
    assertTrue(watchdog.hangs());
    turns.incrementAndGet();
    assertFalse(watchdog.hangs());
  }
}
