// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.verdict.Ticket;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.codec.Batches;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers on their way from other threads to the connection: what comes while the event loop is
 * busy goes out in one batch. Bounded by the asks in flight.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the channel, which is heard
final class Outbox {
  /** Says on the event loop whether an answer's ask is still there. */
  @FunctionalInterface
  interface Settler {
    boolean settle(int id, Ticket ticket);
  }

  private record Pending(int id, Ticket ticket, Outcome outcome) {}

  private final Channel channel;
  private final Settler settler;
  private final int mostBytes;
  private final Runnable overflow;
  private final Object lock = new Object();
  // Guarded by lock; null when empty, so that an idle session holds nothing.
  private @Nullable List<Pending> waiting;

  /**
   * @param mostBytes bytes that may wait for a guest that does not read; then overflow is run
   */
  Outbox(Channel channel, Settler settler, int mostBytes, Runnable overflow) {
    this.channel = channel;
    this.settler = settler;
    this.mostBytes = mostBytes;
    this.overflow = overflow;
  }

  void add(int id, Ticket ticket, Outcome outcome) {
    boolean first;
    synchronized (lock) {
      first = waiting == null;
      if (waiting == null) {
        waiting = new ArrayList<>(4);
      }
      waiting.add(new Pending(id, ticket, outcome));
    }
    if (first) {
      Loops.execute(channel, this::send);
    }
  }

  /** On the event loop: a message that nobody asked for. */
  void push(Message message) {
    channel.writeAndFlush(message);
    checkBound();
  }

  private void checkBound() {
    ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
    if (unsent != null && unsent.totalPendingWriteBytes() > mostBytes) {
      overflow.run();
    }
  }

  private void send() {
    List<Pending> batch;
    synchronized (lock) {
      batch = waiting;
      waiting = null;
    }
    if (batch == null) {
      return;
    }
    List<Answer> answers = new ArrayList<>(batch.size());
    for (Pending pending : batch) {
      if (settler.settle(pending.id(), pending.ticket())) {
        answers.add(new Answer(pending.id(), pending.outcome()));
      }
    }
    for (Message message : Batches.answers(answers)) {
      channel.write(message);
    }
    channel.flush();
    checkBound();
  }
}
