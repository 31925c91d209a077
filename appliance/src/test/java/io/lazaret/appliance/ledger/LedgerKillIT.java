// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.metrics.Metrics;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that writes to a ledger, again and again; {@code -Dkills=50} sets how often. */
class LedgerKillIT {
  private static final int KILLS = Integer.getInteger("kills", 10);

  @TempDir private Path directory;

  @Test
  void whatWasAcknowledgedIsThereAfterKill9() throws Exception {
    Path file = directory.resolve("ledger.db");
    Random random = new Random(1);
    List<Long> acknowledged = new ArrayList<>();
    long next = 1;
    for (int kill = 0; kill < KILLS; kill++) {
      List<Long> now = writeAndKill(file, next, 1 + random.nextInt(1_000));
      acknowledged.addAll(now);
      // What was written and not acknowledged may be there or not: leave those numbers out.
      next = now.stream().max(Long::compare).orElse(next) + 1_000;
      check(file, acknowledged);
    }
  }

  private static List<Long> writeAndKill(Path file, long from, int acknowledgements)
      throws IOException, InterruptedException {
    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                LedgerVictim.class.getName(),
                file.toString(),
                Long.toString(from))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<Long> said = new ArrayList<>();
    try (BufferedReader out = victim.inputReader(StandardCharsets.US_ASCII)) {
      String line = out.readLine();
      while (line != null) {
        said.add(Long.parseLong(line));
        if (said.size() == acknowledgements) {
          victim.toHandle().destroyForcibly(); // leaves us what it still said
        }
        line = out.readLine();
      }
    } finally {
      victim.destroyForcibly();
    }
    assertTrue(victim.waitFor(30, TimeUnit.SECONDS));
    assertEquals(128 + 9, victim.exitValue(), "the victim ended by itself");
    return said;
  }

  private static void check(Path file, List<Long> acknowledged) {
    try (Metrics metrics = new Metrics();
        Ledger ledger = Ledger.open(file, LedgerLimits.DEFAULT, metrics)) {
      ledger.verify().join();
      Set<Long> verdicts = new HashSet<>();
      Set<Long> events = new HashSet<>();
      ledger
          .read(database ->
              verdicts.addAll(database.list("SELECT epoch FROM verdict", row -> row.getLong(1))))
          .join();
      ledger
          .read(database ->
              events.addAll(database.list("SELECT guest FROM event", row -> row.getLong(1))))
          .join();
      assertEquals(List.of(), acknowledged.stream().filter(n -> !verdicts.contains(n)).toList());
      assertEquals(List.of(), acknowledged.stream().filter(n -> !events.contains(n)).toList());
    }
  }
}
