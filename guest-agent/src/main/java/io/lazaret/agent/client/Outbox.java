// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.SessionLimits;
import io.lazaret.protocol.codec.Wire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one session has still to write: short messages first, then asks (the most urgent lane first,
 * in batches), then content, so that no ask waits behind bulk.
 *
 * <p>Bounds: short messages by {@link #SHORT_MESSAGES}, asks by the permits of {@link
 * VerdictClient}, asks on the wire by what the appliance allowed, content by {@link #PARTS}.
 */
final class Outbox {
  static final int SHORT_MESSAGES = 1024;
  static final int PARTS = 4;

  /** Bytes of an ask beside its two strings, rounded up. */
  private static final int ASK_BYTES = 72;

  private static final int BATCH_BYTES = Wire.FRAME_BYTES - Wire.HEADER_BYTES - 64;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final ArrayDeque<Message> messages = new ArrayDeque<>();
  private final EnumMap<Lane, ArrayDeque<Ask>> waiting = new EnumMap<>(Lane.class);
  private final Map<Integer, Boolean> onTheWire = new HashMap<>();
  private final ArrayDeque<Message.ContentPart> parts = new ArrayDeque<>();
  private final SessionLimits limits;
  private int sent;
  private boolean closed;

  Outbox(SessionLimits limits) {
    this.limits = limits;
    for (Lane lane : Lane.values()) {
      waiting.put(lane, new ArrayDeque<>());
    }
  }

  /**
   * Queues an ask, and wakes nobody; one that is already queued or on the wire is left as it is.
   *
   * @return whether it was queued: then the caller writes it, or has {@link #wakeWriter} done
   */
  boolean ask(Ask ask) {
    lock.lock();
    try {
      if (closed || onTheWire.putIfAbsent(ask.id(), false) != null) {
        return false;
      }
      queue(ask).addLast(ask);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Wakes the writer if there is something to be written. */
  void wakeWriter() {
    lock.lock();
    try {
      if (hasNext()) {
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The appliance gave its last word on this id, or nobody waits for it: its place is free. */
  void settled(int id) {
    lock.lock();
    try {
      if (forget(id) != null && hasNext()) {
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes an ask back: out of the queue, or with a Cancel behind it. */
  boolean withdraw(int id) {
    lock.lock();
    try {
      Boolean wasSent = forget(id);
      if (wasSent == null) {
        return true;
      }
      if (parts.removeIf(part -> part.id() == id)) {
        room.signal();
      }
      if (wasSent) {
        return send(new Message.Cancel(id));
      }
      waiting.values().forEach(queue -> queue.removeIf(ask -> ask.id() == id));
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends an ask whose content cannot be sent. */
  void abort(int id, Refusal code) {
    lock.lock();
    try {
      if (onTheWire.containsKey(id)) {
        send(new Message.ContentAborted(id, code));
        withdraw(id);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Queues a short message; false when the bound is reached, which only a stuck peer causes. */
  boolean send(Message message) {
    lock.lock();
    try {
      if (messages.size() >= SHORT_MESSAGES) {
        return false;
      }
      messages.addLast(message);
      work.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Queues a part of some content; waits while {@link #PARTS} are queued. */
  void content(Message.ContentPart part) throws InterruptedException {
    lock.lock();
    try {
      while (parts.size() >= PARTS && !closed) {
        room.await();
      }
      if (!closed && onTheWire.containsKey(part.id())) {
        parts.addLast(part);
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether no content waits to be written. */
  boolean holdsNoContent() {
    lock.lock();
    try {
      return parts.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Number of asks without a last word, queued ones included. */
  int unsettled() {
    lock.lock();
    try {
      return onTheWire.size();
    } finally {
      lock.unlock();
    }
  }

  /** The next message if there is one now. */
  @Nullable Message poll() {
    lock.lock();
    try {
      return next();
    } finally {
      lock.unlock();
    }
  }

  /** The next message if there is one now and no content waits. */
  @Nullable Message pollUrgent() {
    lock.lock();
    try {
      return parts.isEmpty() ? next() : null;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there is something to be written; false when closed. */
  boolean awaitWork() throws InterruptedException {
    lock.lock();
    try {
      while (!closed && !hasNext()) {
        work.await();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      work.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean hasNext() {
    return !messages.isEmpty()
        || !parts.isEmpty()
        || (mayAsk() > 0 && waiting.values().stream().anyMatch(queue -> !queue.isEmpty()));
  }

  private int mayAsk() {
    return Math.min(limits.asksPerBatch(), limits.requestsInFlight() - sent);
  }

  private @Nullable Message next() {
    Message message = messages.pollFirst();
    if (message == null) {
      message = batch();
    }
    if (message == null) {
      message = parts.pollFirst();
      if (message != null) {
        room.signal();
      }
    }
    return message;
  }

  private Message.@Nullable Asks batch() {
    int most = mayAsk();
    if (most <= 0) {
      return null;
    }
    List<Ask> batch = new ArrayList<>();
    int bytes = 0;
    for (ArrayDeque<Ask> queue : waiting.values()) {
      while (batch.size() < most && !queue.isEmpty()) {
        bytes += bytesOf(queue.getFirst());
        if (bytes > BATCH_BYTES && !batch.isEmpty()) {
          return new Message.Asks(batch);
        }
        Ask ask = queue.removeFirst();
        onTheWire.put(ask.id(), true);
        sent++;
        batch.add(ask);
      }
    }
    return batch.isEmpty() ? null : new Message.Asks(batch);
  }

  private @Nullable Boolean forget(int id) {
    Boolean wasSent = onTheWire.remove(id);
    if (wasSent != null && wasSent) {
      sent--;
    }
    return wasSent;
  }

  private ArrayDeque<Ask> queue(Ask ask) {
    return Objects.requireNonNull(waiting.get(ask.access().lane()));
  }

  private static int bytesOf(Ask ask) {
    return ASK_BYTES
        + ask.access().path().getBytes(StandardCharsets.UTF_8).length
        + ask.access().process().getBytes(StandardCharsets.UTF_8).length;
  }
}
