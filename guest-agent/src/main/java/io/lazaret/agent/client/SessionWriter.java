// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.codec.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes what one session's {@link Outbox} holds, on the thread that has something to say when
 * nobody else writes: to wake another one costs more. The rest is left to a thread of its own.
 */
final class SessionWriter {
  private final Transport transport;
  private final Outbox outbox;
  private final Runnable saidGoodbye;
  private final ReentrantLock pen = new ReentrantLock();

  /**
   * @param saidGoodbye called when nothing more is to be written
   */
  SessionWriter(Transport transport, Outbox outbox, Runnable saidGoodbye) {
    this.transport = transport;
    this.outbox = outbox;
    this.saidGoodbye = saidGoodbye;
  }

  /** Writes all that comes, until the outbox is closed. */
  void run() throws IOException, InterruptedException {
    while (outbox.awaitWork()) {
      pen.lock();
      try {
        writeAll(outbox::poll);
      } finally {
        pen.unlock();
      }
    }
  }

  /** Writes what is short and waits, unless somebody else writes or content waits, too. */
  void writeHere() throws IOException {
    if (pen.tryLock()) {
      try {
        writeAll(outbox::pollUrgent);
      } finally {
        pen.unlock();
      }
    }
    outbox.wakeWriter();
  }

  /**
   * Sends a content that is one part and in memory already; false when it is not so, or somebody
   * else writes.
   */
  boolean sendHere(PendingAsk pending, int credit) throws IOException {
    long length = pending.length();
    if (length > Math.min(credit, Wire.CHUNK_BYTES) || !pen.tryLock()) {
      return false;
    }
    try {
      ByteBuffer bytes = ByteBuffer.allocate((int) length);
      if (!outbox.holdsNoContent() || !readAtOnce(pending, bytes)) {
        return false;
      }
      transport.write(new Message.ContentPart(pending.id(), 0, true, bytes.flip()));
      transport.flush();
      return true;
    } finally {
      pen.unlock();
      outbox.wakeWriter();
    }
  }

  private static boolean readAtOnce(PendingAsk pending, ByteBuffer into) {
    try {
      return pending.readAtOnce(into);
    } catch (IOException unreadable) {
      // The uploader finds the same, and says so.
      return false;
    }
  }

  private void writeAll(Supplier<@Nullable Message> source) throws IOException {
    Message message = source.get();
    while (message != null) {
      transport.write(message);
      if (message instanceof Message.Goodbye) {
        transport.flush();
        saidGoodbye.run();
        return;
      }
      message = source.get();
    }
    transport.flush();
  }
}
