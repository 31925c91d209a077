// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.content;

import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One content while it is being received.
 *
 * <p>{@link #accept} and {@link #abort} never block and may be called on an event loop; hashing and
 * writing happen on the staging's writers, one at a time for each upload. A small content that
 * stays in memory is hashed at once: that takes less than to wake another thread.
 */
public final class Upload {
  private static final Logger log = LoggerFactory.getLogger(Upload.class);

  /** Copied for each upload, because looking the algorithm up costs more than a small hash. */
  private static final MessageDigest SHA256 = sha256();

  /** A guest that sends its credit byte by byte must not fill our memory with bookkeeping. */
  private static final int MOST_PENDING = 1024;

  private final ContentKey key;
  private final Hold hold;
  private final Executor writers;
  private final IntConsumer creditGranted;
  private final LongSupplier nanoTime;
  // Given back in steps of half of it, so that a message pays for itself and the sender never
  // waits.
  private final int creditStep;
  private final MessageDigest sha256 = copy(SHA256);
  private final CompletableFuture<UploadResult> done = new CompletableFuture<>();

  // What follows is guarded by this.
  private final ArrayDeque<ByteBuffer> pending = new ArrayDeque<>();
  private long received;
  private long granted;
  private int written;
  private boolean last;
  private boolean working;
  private @Nullable UploadResult ending;
  private long lastNanos;

  /**
   * @param writers where it is hashed and written; who takes a part, if that is quick
   * @param creditGranted told the bytes that may be sent in addition; called on a writer, must not
   *     block
   */
  Upload(
      ContentKey key,
      Hold hold,
      int credit,
      Executor writers,
      IntConsumer creditGranted,
      LongSupplier nanoTime) {
    this.key = key;
    this.hold = hold;
    this.writers = writers;
    this.creditGranted = creditGranted;
    this.nanoTime = nanoTime;
    this.granted = Math.min(credit, key.length());
    this.creditStep = Math.max(1, credit / 2);
    this.lastNanos = nanoTime.getAsLong();
  }

  /** What is being received. */
  public ContentKey key() {
    return key;
  }

  /** Bytes that may be sent at once. */
  public synchronized int initialCredit() {
    return (int) (granted - received);
  }

  /** How it ends; never exceptionally. Dependents run on a writer or on the one who aborts. */
  public CompletableFuture<UploadResult> done() {
    return done;
  }

  /**
   * Takes the next bytes and copies them; empty when that is fine, else why the upload has ended.
   *
   * @param last whether the content ends with these bytes
   */
  public synchronized Optional<Refusal> accept(long offset, ByteBuffer bytes, boolean last) {
    if (ending != null || this.last) {
      return Optional.of(
          ending instanceof UploadResult.Rejected(Refusal code) ? code : Refusal.UNKNOWN_REQUEST);
    }
    int count = bytes.remaining();
    if (count == 0 && !last) {
      return refuse(Refusal.MALFORMED);
    }
    if (offset != received || pending.size() >= MOST_PENDING) {
      return refuse(Refusal.CREDIT_EXCEEDED);
    }
    if (count > key.length() - received || (last && count != key.length() - received)) {
      return refuse(Refusal.LENGTH_MISMATCH);
    }
    if (count > granted - received) {
      return refuse(Refusal.CREDIT_EXCEEDED);
    }
    pending.add(ByteBuffer.allocate(count).put(bytes).flip());
    received += count;
    this.last = last;
    lastNanos = nanoTime.getAsLong();
    work();
    return Optional.empty();
  }

  /** Bytes that have come. */
  public synchronized long received() {
    return received;
  }

  /** Whether it goes on when the sender does, and nothing here is what holds it up. */
  public synchronized boolean waitsForSender() {
    return ending == null && !last && !working;
  }

  /** Gives it up as stalled unless all of it has come; says whether it did. */
  public synchronized boolean abortIncomplete() {
    if (ending != null || last) {
      return false;
    }
    abort(Refusal.UPLOAD_STALLED);
    return true;
  }

  /** Gives it up; without effect when it has ended. */
  public synchronized void abort(Refusal code) {
    end(new UploadResult.Rejected(code));
  }

  /** Gives it up when the guest could have sent something for so long and did not. */
  synchronized void abortIfIdle(long longestNanos) {
    if (!last && pending.isEmpty() && nanoTime.getAsLong() - lastNanos >= longestNanos) {
      abort(Refusal.UPLOAD_STALLED);
    }
  }

  private Optional<Refusal> refuse(Refusal code) {
    abort(code);
    return Optional.of(code);
  }

  private synchronized void end(UploadResult result) {
    if (ending == null) {
      ending = result;
      pending.clear();
      work();
    }
  }

  private synchronized void work() {
    if (!working) {
      working = true;
      writers.execute(this::write);
    }
  }

  /** Hashes and writes what is there, then ends the upload if it is to be ended. */
  private void write() {
    while (true) {
      ByteBuffer next;
      synchronized (this) {
        next = ending == null ? pending.poll() : null;
        if (next == null) {
          if (ending == null && !last) {
            working = false;
            return;
          }
          // From here on working stays true: this is the last visit.
          break;
        }
      }
      write(next);
    }
    conclude();
  }

  private void write(ByteBuffer bytes) {
    int count = bytes.remaining();
    try {
      sha256.update(bytes.duplicate());
      hold.write(bytes);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      log.warn("A content could not be written. detail={}", e.toString());
      end(new UploadResult.NoRoom());
      return;
    }
    int more = 0;
    synchronized (this) {
      lastNanos = nanoTime.getAsLong();
      written += count;
      if (written >= creditStep) {
        more = (int) Math.min(written, key.length() - granted);
        granted += more;
        written = 0;
      }
    }
    if (more > 0) {
      creditGranted.accept(more);
    }
  }

  private void conclude() {
    UploadResult result;
    synchronized (this) {
      if (ending == null) {
        ending = verify();
      }
      result = ending;
    }
    if (!(result instanceof UploadResult.Staged)) {
      hold.release();
    }
    done.complete(result);
  }

  /** Every byte was counted on its way in; what is left is whether they are the right ones. */
  private UploadResult verify() {
    try {
      hold.finish();
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      log.warn("A content could not be written. detail={}", e.toString());
      return new UploadResult.NoRoom();
    }
    return ContentHash.of(sha256).equals(key.hash())
        ? new UploadResult.Staged(new StagedContent(key, hold))
        : new UploadResult.Rejected(Refusal.HASH_MISMATCH);
  }

  private static MessageDigest copy(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      return sha256(); // not all providers can
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
