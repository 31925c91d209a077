// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.codec.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The contents that one session is sending, a part of each in turn, each under its own credit: one
 * that has none is passed over. One thread runs it.
 */
final class Uploads {
  private static final class Upload {
    final PendingAsk ask;
    long credit;
    long offset;

    Upload(PendingAsk ask, long credit) {
      this.ask = ask;
      this.credit = credit;
    }
  }

  private final Outbox outbox;
  private final Sent sent;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Map<Integer, Upload> uploads = new LinkedHashMap<>();
  private boolean closed;

  /** Told of every part sent. */
  interface Sent {
    void bytes(int count);
  }

  Uploads(Outbox outbox, Sent sent) {
    this.outbox = outbox;
    this.sent = sent;
  }

  /** The appliance wants this content, from its beginning. */
  void start(PendingAsk ask, int credit) {
    lock.lock();
    try {
      uploads.put(ask.id(), new Upload(ask, credit));
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The appliance takes so many more bytes. */
  void credit(int id, int bytes) {
    lock.lock();
    try {
      Upload upload = uploads.get(id);
      if (upload != null) {
        upload.credit += bytes;
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** This content is no longer wanted. */
  void stop(int id) {
    lock.lock();
    try {
      uploads.remove(id);
    } finally {
      lock.unlock();
    }
  }

  int active() {
    lock.lock();
    try {
      return uploads.size();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Sends parts until {@link #close()}. */
  void run() throws InterruptedException {
    Upload next = next();
    while (next != null) {
      sendPart(next);
      next = next();
    }
  }

  /** The next upload in turn that has credit; it moves to the end. */
  private @Nullable Upload next() throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        for (Upload upload : uploads.values()) {
          if (upload.credit > 0 || upload.ask.length() == 0) {
            uploads.remove(upload.ask.id());
            uploads.put(upload.ask.id(), upload);
            return upload;
          }
        }
        work.await();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void sendPart(Upload upload) throws InterruptedException {
    PendingAsk ask = upload.ask;
    long left = ask.length() - upload.offset;
    int size = (int) Math.min(Math.min(left, creditOf(upload)), Wire.CHUNK_BYTES);
    ByteBuffer bytes = ByteBuffer.allocate(size);
    try {
      if (!ask.read(bytes, upload.offset)) {
        stop(ask.id());
        return;
      }
    } catch (IOException unreadable) {
      abort(ask, "unreadable: " + unreadable.getMessage());
      return;
    }
    if (bytes.hasRemaining()) {
      abort(ask, "shorter than when it was hashed");
      return;
    }
    boolean last = size == left;
    outbox.content(new Message.ContentPart(ask.id(), upload.offset, last, bytes.flip()));
    sent.bytes(size);
    advance(upload, size, last);
  }

  private long creditOf(Upload upload) {
    lock.lock();
    try {
      return upload.credit;
    } finally {
      lock.unlock();
    }
  }

  private void advance(Upload upload, int size, boolean last) {
    lock.lock();
    try {
      upload.offset += size;
      upload.credit -= size;
      if (last) {
        uploads.remove(upload.ask.id(), upload);
      }
    } finally {
      lock.unlock();
    }
  }

  private void abort(PendingAsk ask, String detail) {
    stop(ask.id());
    outbox.abort(ask.id(), Refusal.CONTENT_UNAVAILABLE);
    ask.deliver(new PendingAsk.News.Unreadable(detail));
  }
}
