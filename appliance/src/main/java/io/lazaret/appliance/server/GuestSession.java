// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.content.Upload;
import io.lazaret.appliance.identity.Credential;
import io.lazaret.appliance.identity.Enrolment;
import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.verdict.Asker;
import io.lazaret.appliance.verdict.Ticket;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Capability;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.Asks;
import io.lazaret.protocol.Message.Cancel;
import io.lazaret.protocol.Message.ContentAborted;
import io.lazaret.protocol.Message.ContentPart;
import io.lazaret.protocol.Message.Enrolled;
import io.lazaret.protocol.Message.Goodbye;
import io.lazaret.protocol.Message.Ping;
import io.lazaret.protocol.Message.Pong;
import io.lazaret.protocol.Message.Renew;
import io.lazaret.protocol.Message.Reports;
import io.lazaret.protocol.Message.ReportsStored;
import io.lazaret.protocol.Message.ScanProgress;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.SessionLimits;
import io.lazaret.protocol.codec.Batches;
import io.lazaret.protocol.codec.ProtocolException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.collection.IntObjectHashMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One guest that is in. Its fields belong to the connection's event loop; what other threads want
 * of it goes there through {@link Outbox} or as a task.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the channel, which is heard
final class GuestSession extends ChannelInboundHandlerAdapter implements Asker {
  private static final Logger log = LoggerFactory.getLogger(GuestSession.class);

  private static final int CATCH_UP_SECONDS = 5;
  private static final CompletableFuture<Void> STORED = CompletableFuture.completedFuture(null);

  private final House house;
  private final Channel channel;
  private final Guest guest;
  private final Set<Capability> capabilities;
  private final LiveSession live;
  private final Outbox outbox;
  private final Uploads uploads;
  private final KeepAlive keepAlive;
  // Asks without a final answer; made when the first one has to wait.
  private @Nullable IntObjectHashMap<Ticket> tickets;
  private int reportsWaiting;
  private CompletableFuture<Void> reportsStored = STORED;
  private boolean duplicateId;
  // Replaced by each renewal on this session.
  private Credential credential;

  GuestSession(
      House house,
      Channel channel,
      Guest guest,
      Credential credential,
      Set<Capability> capabilities,
      String software) {
    this.house = house;
    this.channel = channel;
    this.guest = guest;
    this.credential = credential;
    this.capabilities = capabilities;
    this.live =
        new LiveSession(
            guest.id(), String.valueOf(channel.remoteAddress()), software, Instant.now());
    this.outbox =
        new Outbox(
            channel,
            this::settle,
            house.settings().outboundBytes(),
            () -> Farewell.close(channel, house, Refusal.LIMIT_EXCEEDED, "answers are not read"));
    this.uploads = new Uploads(house.figures());
    this.keepAlive = new KeepAlive(house.settings().limits().keepAliveMillis());
  }

  @Override
  public Guest guest() {
    return guest;
  }

  /** What operators see of it. */
  LiveSession live() {
    return live;
  }

  EventLoop eventLoop() {
    return channel.eventLoop();
  }

  void whenClosed(Runnable action) {
    channel.closeFuture().addListener(closed -> action.run());
  }

  // ---- the connection

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    keepAlive.start(
        ctx,
        () -> Farewell.say(ctx, house, Refusal.PEER_SILENT, guest.name()),
        () -> endIfExpired(ctx));
  }

  /** TLS looked at the certificate once; a session must not outlive it. */
  private void endIfExpired(ChannelHandlerContext ctx) {
    if (!house.guests().clock().instant().isBefore(credential.expires())) {
      String detail = "expired at " + credential.expires();
      Farewell.say(ctx, house, Refusal.CERTIFICATE_FOREIGN, detail);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (Farewell.codeOf(channel) != null) {
      return;
    }
    keepAlive.heard();
    switch ((Message) message) {
      case Asks asks -> ask(ctx, asks.asks());
      case ContentPart part -> part(ctx, part);
      case ContentAborted aborted -> uploads.abort(aborted.id(), Refusal.CONTENT_UNAVAILABLE);
      case Cancel cancel -> cancel(cancel.id());
      case Ping ping -> ctx.write(new Pong(ping.token()));
      case Pong pong -> keepAlive.answered(pong.token());
      case Reports reports -> keep(ctx, reports);
      case ScanProgress progress -> house.scans().progress(guest, progress);
      case Renew renew -> renew(ctx, renew);
      case Goodbye goodbye -> {
        log.info("guest left: guest={} code={}", guest.name(), goodbye.code());
        ctx.close();
      }
      case Message other ->
          Farewell.say(ctx, house, Refusal.UNEXPECTED_MESSAGE, other.getClass().getSimpleName());
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.flush();
  }

  /** A guest that does not read its answers asks nothing more until it does. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    channel.config().setAutoRead(channel.isWritable());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    keepAlive.stop();
    if (tickets != null) {
      for (Ticket ticket : List.copyOf(tickets.values())) {
        ticket.cancel();
      }
      tickets = null;
    }
    uploads.abortAll();
    log.info("session closed: guest={} code={}", guest.name(), Farewell.codeOf(channel));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof ProtocolException broken) {
      house.reports().flagged(guest, broken.code(), broken.detail());
      Farewell.say(ctx, house, broken.code(), broken.detail());
    } else if (cause instanceof IOException) {
      ctx.close(); // the connection broke; channelInactive tidies up
    } else {
      log.error("session failed: guest={}", guest.name(), cause);
      Farewell.say(ctx, house, Refusal.INTERNAL, "");
    }
  }

  /** Tells it what changed while it was away; tried again while the ledger cannot say it. */
  void catchUp() {
    house
        .verdicts()
        .missed(guest)
        .whenCompleteAsync(
            (messages, failure) -> {
              if (failure == null) {
                messages.forEach(this::push);
              } else if (channel.isActive()) {
                log.warn("changed verdicts not read: guest={}", guest.name(), failure);
                eventLoop().schedule(this::catchUp, CATCH_UP_SECONDS, TimeUnit.SECONDS);
              }
            },
            eventLoop());
  }

  // ---- asks

  private void ask(ChannelHandlerContext ctx, List<Ask> asks) {
    SessionLimits limits = house.settings().limits();
    int inFlight = waiting();
    if (asks.size() > limits.asksPerBatch() || inFlight + asks.size() > limits.requestsInFlight()) {
      Farewell.say(
          ctx,
          house,
          Refusal.LIMIT_EXCEEDED,
          "asks: " + asks.size() + " with " + inFlight + " in flight");
      return;
    }
    if (tickets != null && !tickets.isEmpty()) {
      for (Ask ask : asks) {
        duplicateId |= tickets.containsKey(ask.id());
      }
    }
    List<Answer> answers = duplicateId ? List.of() : house.verdicts().ask(this, asks);
    if (duplicateId) {
      Farewell.say(ctx, house, Refusal.UNKNOWN_REQUEST, "an id that is in flight was used again");
      return;
    }
    for (Message message : Batches.answers(answers)) {
      ctx.write(message);
    }
  }

  @Override
  public int waiting() {
    return tickets == null ? 0 : tickets.size();
  }

  @Override
  public void pending(int id, Ticket ticket) {
    if (tickets == null) {
      tickets = new IntObjectHashMap<>(4);
    }
    Ticket other = tickets.put(id, ticket);
    if (other != null) {
      other.cancel();
      duplicateId = true; // twice in one batch
    }
  }

  private void cancel(int id) {
    Ticket ticket = tickets == null ? null : tickets.remove(id);
    if (ticket != null) { // else its answer was faster
      ticket.cancel();
      uploads.end(id);
    }
  }

  @Override
  public void answer(int id, Ticket ticket, Outcome outcome) {
    outbox.add(id, ticket, outcome);
  }

  /** On the event loop, before an answer is written: is the ask it belongs to still there? */
  private boolean settle(int id, Ticket ticket) {
    if (tickets == null || !isOpen(id, ticket)) {
      return false; // cancelled meanwhile, perhaps with the id in use again
    }
    tickets.remove(id);
    uploads.end(id);
    return true;
  }

  private boolean isOpen(int id, Ticket ticket) {
    return tickets != null && ticket.equals(tickets.get(id));
  }

  // ---- content

  @Override
  public void requestContent(int id, Ticket ticket, Upload upload) {
    onLoop(() -> {
      if (!isOpen(id, ticket)) {
        upload.abort(Refusal.CANCELLED);
        return;
      }
      int credit = uploads.begin(id, upload);
      channel.writeAndFlush(
          new Message.Answers(List.of(new Answer(id, new Outcome.SendContent(credit)))));
    });
  }

  @Override
  public void grantCredit(int id, Ticket ticket, int bytes) {
    onLoop(() -> {
      if (isOpen(id, ticket) && uploads.grant(id, bytes)) {
        channel.writeAndFlush(new Message.Credit(id, bytes));
      }
    });
  }

  private void part(ChannelHandlerContext ctx, ContentPart part) {
    if (!uploads.take(part)) {
      Farewell.say(ctx, house, Refusal.UNKNOWN_REQUEST, "content for request " + part.id());
    }
  }

  // ---- reports and certificate

  private void keep(ChannelHandlerContext ctx, Reports reports) {
    if (++reportsWaiting > house.settings().reportsPerGuest()) {
      Farewell.say(ctx, house, Refusal.LIMIT_EXCEEDED, "reports: " + reportsWaiting);
      return;
    }
    // An acknowledgement speaks for all reports before it, so they are kept in order.
    CompletableFuture<Void> before = reportsStored;
    reportsStored =
        house.reports().keep(guest, reports.reports()).thenCombine(before, (_, _) -> null);
    reportsStored.whenCompleteAsync(
        (stored, failure) -> {
          reportsWaiting--;
          if (failure == null) {
            ctx.writeAndFlush(new ReportsStored(reports.sequence()));
          } else { // the guest keeps them, and sends them again in its next session
            log.error("reports not stored: guest={}", guest.name(), failure);
            Farewell.say(ctx, house, Refusal.INTERNAL, "reports cannot be stored");
          }
        },
        eventLoop());
  }

  private void renew(ChannelHandlerContext ctx, Renew renew) {
    endIfExpired(ctx);
    if (Farewell.codeOf(channel) != null) {
      return;
    }
    byte[] request = new byte[renew.request().remaining()];
    renew.request().duplicate().get(request);
    house
        .enrolment()
        .renew(guest, credential, request)
        .thenAcceptAsync(result -> renewed(ctx, result), eventLoop());
  }

  private void renewed(ChannelHandlerContext ctx, Enrolment.Result result) {
    switch (result) {
      case Enrolment.Result.Issued(Guest same, List<byte[]> chain, Credential next) -> {
        credential = next;
        ctx.writeAndFlush(new Enrolled(same.name(), chain.stream().map(ByteBuffer::wrap).toList()));
      }
      case Enrolment.Result.Refused(Refusal code, String detail) ->
          Farewell.say(ctx, house, code, detail);
    }
  }

  // ---- from other threads

  private void onLoop(Runnable task) {
    Loops.execute(channel, task);
  }

  /** Sends it what it can take; false when it does not know this kind of message. */
  boolean push(Message message) {
    Capability needed =
        switch (message) {
          case Message.Revoked _ -> Capability.REVOCATION;
          case Message.PolicyPart _ -> Capability.POLICY;
          case Message.ScanOrder _, Message.Reverify _ -> Capability.SCAN_ORDERS;
          case Message.Drain _ -> Capability.DRAIN;
          case Message _ -> null;
        };
    if (needed != null && !capabilities.contains(needed)) {
      return false;
    }
    onLoop(() -> outbox.push(message));
    return true;
  }

  /** Whether it gives a sign of life within the time. */
  CompletableFuture<Boolean> probe(Duration time) {
    CompletableFuture<Boolean> alive = new CompletableFuture<>();
    long token = ThreadLocalRandom.current().nextLong();
    onLoop(() -> {
      keepAlive.expect(token, alive);
      channel.writeAndFlush(new Ping(token));
      eventLoop().schedule(() -> alive.complete(false), time.toMillis(), TimeUnit.MILLISECONDS);
    });
    whenClosed(() -> alive.complete(false));
    return alive;
  }

  void flag(Refusal code) {
    house.reports().flagged(guest, code, String.valueOf(channel.remoteAddress()));
  }

  /** Ends it for a reason. */
  void end(Refusal code, String detail) {
    onLoop(() -> {
      ChannelHandlerContext ctx = channel.pipeline().context(this);
      if (ctx != null) {
        Farewell.say(ctx, house, code, detail);
      }
    });
  }
}
