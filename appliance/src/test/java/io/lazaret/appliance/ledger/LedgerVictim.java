// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Verdict;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A process that writes to a ledger until it is killed, and says what was acknowledged: one number
 * in a line of standard output, written without a buffer.
 */
final class LedgerVictim {
  private static final int IN_FLIGHT = 200;

  private LedgerVictim() {}

  public static void main(String[] args) throws InterruptedException {
    long number = Long.parseLong(args[1]);
    FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    Semaphore inFlight = new Semaphore(IN_FLIGHT);
    try (Metrics metrics = new Metrics();
        Ledger ledger = Ledger.open(Path.of(args[0]), LedgerLimits.DEFAULT, metrics)) {
      while (true) {
        inFlight.acquire();
        long saved = number;
        Verdict verdict = saved % 3 == 0 ? new Verdict.Infected("Bad" + saved) : Verdict.CLEAN;
        var _ =
            ledger
                .verdicts()
                .save(
                    new StoredVerdict(
                        1, VerdictStoreContract.key(saved), verdict, saved, Instant.EPOCH))
                .thenCompose(ignored ->
                    ledger
                        .events()
                        .append(
                            Event.of(Instant.EPOCH, EventKind.DETECTION, saved, "" + saved, "")))
                .thenRun(() -> say(out, saved))
                .whenComplete((ignored, failure) -> end(inFlight, failure));
        number++;
      }
    }
  }

  private static void end(Semaphore inFlight, @Nullable Throwable failure) {
    if (failure != null) {
      failure.printStackTrace();
      Runtime.getRuntime().halt(9);
    }
    inFlight.release();
  }

  private static void say(FileOutputStream out, long number) {
    try {
      out.write((number + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
