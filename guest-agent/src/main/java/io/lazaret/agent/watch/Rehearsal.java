// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.Fanotify;
import io.lazaret.agent.metrics.Counters;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs the path of an open once, on a file in memory, before the first filesystem is marked: a
 * class that is loaded later could be a file that waits for the thread that loads it.
 */
final class Rehearsal {
  private static final byte[] CONTENT = "lazaret rehearsal\n".getBytes(StandardCharsets.US_ASCII);
  private static final long SECONDS = 10;

  private final AccessDecision decision;

  Rehearsal(AccessDecision decision) {
    this.decision = decision;
  }

  void run(EventHandler handler) throws IOException {
    openAllJars();
    int parent =
        (int) ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(1L).longValue();
    int own = (int) ProcessHandle.current().pid();
    long[] masks = {Fanotify.FAN_OPEN_EXEC_PERM, Fanotify.FAN_OPEN_PERM, Fanotify.FAN_CLOSE_WRITE};
    CountDownLatch answers = new CountDownLatch(4);
    Responder responder =
        (fd, allow) -> {
          answers.countDown();
          return 0;
        };
    Counters practice = new Counters();
    DescriptorBudget budget = new DescriptorBudget(8);
    Desk desk = new Desk(decision.rehearsing(practice), responder, budget, practice);
    for (int pid : new int[] {parent, own}) {
      for (long mask : masks) {
        int fd = Descriptors.privateFile(CONTENT);
        if (budget.takeUpTo(1) != 1) {
          throw new IOException("rehearsal: no descriptor (expected: one of 8)");
        }
        handler.handle(new Event(mask, fd, pid, System.nanoTime()), desk);
      }
    }
    try {
      if (!answers.await(SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("rehearsal: no answer in " + SECONDS + " s");
      }
    } catch (InterruptedException e) {
      throw new IOException("rehearsal: interrupted", e);
    }
  }

  /** A jar is opened when something is looked for in it: what is in none opens them all. */
  private static void openAllJars() {
    URL nowhere = Rehearsal.class.getClassLoader().getResource("io/lazaret/agent/nowhere");
    if (nowhere != null) {
      throw new IllegalStateException("rehearsal: " + nowhere + " (expected: no such resource)");
    }
  }
}
