// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Capability;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.codec.Negotiation;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connected session: a thread that reads, a thread that writes what the {@link Outbox} holds
 * and a thread that feeds it with content. An ask is written by who asks, when nobody else writes.
 */
final class ApplianceSession {
  /** Who the session works for. */
  interface Owner {
    /** The ask with this id that somebody still waits for. */
    @Nullable PendingAsk find(int id);

    /** Any message that is not part of asking. */
    void received(ApplianceSession session, Message message);

    /** So many bytes of content were sent. */
    void sent(int bytes);
  }

  /** This guest's numbers for one appliance's epochs. */
  interface EpochNumbers {
    long of(long said);
  }

  /** How long the session's threads may take to end. */
  static final Duration LEAVE_BEHIND = Duration.ofSeconds(2);

  private static final SessionEnd CLOSED = new SessionEnd(Refusal.SHUTTING_DOWN, false, "closed");
  private static final Logger LOG = LoggerFactory.getLogger(ApplianceSession.class);

  private final Transport transport;
  private final Negotiation.Agreed agreed;
  private final Message.Welcome welcome;
  private final Owner owner;
  private final EpochNumbers epochs;
  private final Outbox outbox;
  private final Uploads uploads;
  private final Liveness liveness;
  private final SessionWriter pen;
  private final Ending ending = new Ending();
  private final Thread reader = thread("lazaret-reader", this::read);

  private final Thread writer;
  private final Thread uploader;

  ApplianceSession(
      Transport transport,
      Negotiation.Agreed agreed,
      Message.Welcome welcome,
      Owner owner,
      EpochNumbers epochs,
      int tickMillis) {
    this.transport = transport;
    this.agreed = agreed;
    this.welcome = welcome;
    this.owner = owner;
    this.epochs = epochs;
    this.outbox = new Outbox(welcome.limits());
    this.uploads = new Uploads(outbox, owner::sent);
    this.liveness = new Liveness(tickMillis, welcome.limits().keepAliveMillis());
    this.pen = new SessionWriter(transport, outbox, () -> end(CLOSED));
    // Virtual, as who asks is: who leaves something to it hands over on the same carrier.
    this.writer = Thread.ofVirtual().name("lazaret-writer").unstarted(work(pen::run));
    // Virtual: it mostly waits for credit, and content is read by the reader's own threads.
    this.uploader = Thread.ofVirtual().name("lazaret-uploader").unstarted(work(this::upload));
  }

  void start() {
    reader.start();
    writer.start();
    uploader.start();
  }

  Message.Welcome welcome() {
    return welcome;
  }

  /** Whether both sides have this part of the protocol. */
  boolean has(Capability capability) {
    return agreed.capabilities().contains(capability);
  }

  int uploadsActive() {
    return uploads.active();
  }

  /** Has all of them sent that are not on their way already. */
  void askAll(Collection<PendingAsk> all) {
    for (PendingAsk pending : all) {
      Ask ask = pending.send();
      if (ask != null) {
        outbox.ask(ask);
      }
    }
    outbox.wakeWriter();
  }

  /** Sends the ask unless it is on its way already. */
  void ask(PendingAsk pending) {
    Ask ask = pending.send();
    if (ask != null && outbox.ask(ask)) {
      try {
        pen.writeHere();
      } catch (IOException broken) {
        end(broken(broken));
      }
    }
  }

  /** Nobody waits for this ask any more. */
  void withdraw(int id) {
    uploads.stop(id);
    if (!outbox.withdraw(id)) {
      end(stuck());
    }
  }

  void send(Message message) {
    if (!outbox.send(message)) {
      end(stuck());
    }
  }

  /** One tick of the watch over the appliance's life. */
  void tick(boolean asksWaiting) {
    act(liveness.tick(asksWaiting));
  }

  /** So many ticks in which nobody waited. */
  void rested(int ticks) {
    act(liveness.rested(ticks));
  }

  /** How many ticks may pass at once while nobody waits. */
  int restTicks() {
    return liveness.restTicks();
  }

  private void act(Liveness.Step step) {
    switch (step) {
      case NOTHING -> {}
      case PING -> send(new Message.Ping(System.nanoTime()));
      case DEAD -> end(new SessionEnd(Refusal.PEER_SILENT, false, "no sign of life"));
    }
  }

  /** Waits for the session's end for so long, or until it is stirred; null while it goes on. */
  @Nullable SessionEnd awaitEnd(int millis) throws InterruptedException {
    return ending.await(millis);
  }

  /** Wakes who waits for the end. */
  void stir() {
    ending.stir();
  }

  /** Ends the session; the first reason given counts. */
  void end(SessionEnd reason) {
    if (ending.begin(reason)) {
      try {
        outbox.close();
        uploads.close();
        transport.close();
      } finally {
        ending.finish();
      }
    }
  }

  /**
   * Waits until its threads are gone; the session has ended. One that hangs in a read of a guest's
   * file is left behind: it ends when that read does.
   */
  void join() throws InterruptedException {
    long until = System.nanoTime() + LEAVE_BEHIND.toNanos();
    for (Thread thread : new Thread[] {reader, writer, uploader}) {
      if (thread != Thread.currentThread()) {
        long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        thread.join(Math.max(1, left));
        if (thread.isAlive()) {
          LOG.warn("a session's thread does not end thread={}", thread.getName());
        }
      }
    }
  }

  private void read() throws IOException {
    while (!ending.hasBegun()) {
      Message message = transport.read();
      liveness.received();
      handle(message);
    }
  }

  private void handle(Message message) {
    switch (message) {
      case Message.Answers answers -> answers.answers().forEach(this::answered);
      case Message.Credit credit -> uploads.credit(credit.id(), credit.bytes());
      case Message.Ping ping -> send(new Message.Pong(ping.token()));
      case Message.Pong ignored -> {}
      case Message.Goodbye goodbye -> end(new SessionEnd(goodbye.code(), true, goodbye.detail()));
      default -> owner.received(this, message);
    }
  }

  private void answered(Answer answer) {
    PendingAsk pending = owner.find(answer.id());
    if (answer.outcome() instanceof Outcome.SendContent send) {
      if (pending == null) {
        withdraw(answer.id());
      } else if (!sendHere(pending, send.credit())) {
        uploads.start(pending, send.credit());
      }
      return;
    }
    uploads.stop(answer.id());
    outbox.settled(answer.id());
    if (pending != null) {
      Outcome outcome = numbered(answer.outcome());
      if (outcome instanceof Outcome.Judged judged) {
        pending.judged(SourceAnswer.Judged.of(judged));
      }
      pending.deliver(new PendingAsk.News.Told(outcome));
    }
  }

  private boolean sendHere(PendingAsk pending, int credit) {
    try {
      if (!pen.sendHere(pending, credit)) {
        return false;
      }
      owner.sent((int) pending.length());
    } catch (IOException broken) {
      end(broken(broken));
    }
    return true;
  }

  private Outcome numbered(Outcome outcome) {
    return outcome instanceof Outcome.Judged judged
        ? new Outcome.Judged(judged.verdict(), epoch(judged.epoch()), judged.source())
        : outcome;
  }

  /** This guest's number for an epoch of this session's appliance. */
  long epoch(long said) {
    return epochs.of(said);
  }

  private void upload() throws InterruptedException {
    uploads.run();
  }

  private static SessionEnd broken(IOException how) {
    return new SessionEnd(Refusal.TLS_FAILED, false, String.valueOf(how));
  }

  private static SessionEnd stuck() {
    return new SessionEnd(Refusal.PEER_SILENT, false, "the appliance does not read");
  }

  /** A part of the session's work; whatever ends it ends the session. */
  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private Thread thread(String name, Work work) {
    return Thread.ofPlatform().name(name).daemon().unstarted(work(work));
  }

  private Runnable work(Work work) {
    return () -> {
      try {
        work.run();
        end(CLOSED);
      } catch (EOFException closed) {
        end(new SessionEnd(Refusal.SHUTTING_DOWN, false, "the appliance hung up"));
      } catch (IOException broken) {
        end(broken(broken));
      } catch (InterruptedException stopped) {
        end(new SessionEnd(Refusal.SHUTTING_DOWN, false, "interrupted"));
      } catch (RuntimeException | Error defect) {
        end(new SessionEnd(Refusal.INTERNAL, false, String.valueOf(defect)));
        throw defect;
      }
    };
  }
}
