// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.content.Upload;
import io.lazaret.appliance.content.UploadResult;
import io.lazaret.protocol.Refusal;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Waits for one upload, with little patience while another guest could send the same content.
 *
 * <p>Patience is counted in looks, not by the clock: when this machine stood still, that is not the
 * sender's fault.
 */
final class UploadWatch {
  private static final int LOOKS = 4;

  private final Upload upload;
  private final UploadSettings settings;
  private final BooleanSupplier othersCouldSend;
  private int looks;
  private long receivedBefore;
  private boolean slow;

  UploadWatch(Upload upload, UploadSettings settings, BooleanSupplier othersCouldSend) {
    this.upload = upload;
    this.settings = settings;
    this.othersCouldSend = othersCouldSend;
  }

  /** How it ended; empty when it was ended here because another guest's turn has come. */
  Optional<UploadResult> result() throws InterruptedException {
    long lookMillis = Math.max(1, settings.patience().toMillis() / LOOKS);
    long endNanos =
        System.nanoTime()
            + TimeUnit.MILLISECONDS.toNanos(settings.mostMillis(upload.key().length()));
    while (true) {
      try {
        return Optional.of(upload.done().get(lookMillis, TimeUnit.MILLISECONDS));
      } catch (ExecutionException e) {
        throw new CompletionException(e.getCause());
      } catch (TimeoutException e) {
        look();
        if (slow && othersCouldSend.getAsBoolean() && upload.abortIncomplete()) {
          return Optional.empty();
        }
        if (System.nanoTime() - endNanos >= 0) {
          upload.abort(Refusal.UPLOAD_STALLED); // it came in drops
        }
      }
    }
  }

  private void look() {
    if (!upload.waitsForSender()) {
      return;
    }
    if (++looks < LOOKS) {
      return;
    }
    long received = upload.received();
    slow = received - receivedBefore < settings.leastBytes();
    receivedBefore = received;
    looks = 0;
  }
}
