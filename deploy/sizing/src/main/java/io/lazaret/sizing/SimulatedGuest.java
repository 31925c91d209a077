// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.codec.Wire;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One guest without a file system: asks about contents, uploads what the appliance wants and counts
 * what comes back. Everything happens on its channel's event loop.
 */
final class SimulatedGuest extends SimpleChannelInboundHandler<Message> {
  private static final int DEADLINE_MILLIS = 60_000;

  private final Contents contents;
  private final Lane lane;
  private final CompletableFuture<SimulatedGuest> opened = new CompletableFuture<>();
  private final Map<Integer, Pending> pending = new HashMap<>();
  private final ArrayDeque<Integer> again = new ArrayDeque<>();
  private Tally tally = new Tally();
  private CompletableFuture<Tally> done = new CompletableFuture<>();
  private @Nullable Workload workload;
  private @Nullable ChannelHandlerContext context;
  private int waitingForRetry;
  private int ids;

  /** An ask without a final answer. */
  private static final class Pending {
    final int content;
    final long since;
    byte @Nullable [] bytes;
    int sent;
    int credit;

    Pending(int content, long since) {
      this.content = content;
      this.since = since;
    }
  }

  SimulatedGuest(Contents contents, Lane lane) {
    super(Message.class);
    this.contents = contents;
    this.lane = lane;
  }

  /** Completes when the session is open. */
  CompletableFuture<SimulatedGuest> opened() {
    return opened;
  }

  /** Asks until the workload is at its end; one at a time. */
  CompletableFuture<Tally> run(Workload next) {
    CompletableFuture<Tally> result = new CompletableFuture<>();
    context()
        .executor()
        .execute(() -> {
          workload = next;
          tally = new Tally();
          done = result;
          pump();
          context().flush();
        });
    return result;
  }

  void close() {
    var _ = context().close();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    send(
        new Message.Hello(
            Wire.OLDEST_VERSION, Wire.VERSION, Set.of(), "lazaret-sizing", "swarm", "simulated"));
    ctx.flush();
    ctx.fireChannelActive();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, Message message) {
    switch (message) {
      case Message.Welcome _ -> opened.complete(this);
      case Message.Answers(List<Answer> answers) -> {
        answers.forEach(this::answered);
        pump();
      }
      case Message.Credit(int id, int bytes) -> {
        Pending ask = pending.get(id);
        if (ask != null) {
          ask.credit += bytes;
          upload(id, ask);
        }
      }
      case Message.Ping(long token) -> send(new Message.Pong(token));
      case Message.Goodbye(Refusal code, String detail) ->
          fail(new IOException("goodbye: " + code + " " + detail));
      default -> {} // pushed messages are of no use to a guest without files
    }
  }

  /** Once for all that came together. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.flush();
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(new IOException("connection: closed (expected: open until the workload's end)"));
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause);
    var _ = ctx.close();
  }

  private void answered(Answer answer) {
    Pending ask = pending.get(answer.id());
    if (ask == null) {
      fail(new IOException("answer: id " + answer.id() + " (expected: one in flight)"));
      return;
    }
    switch (answer.outcome()) {
      case Outcome.SendContent(int credit) -> {
        ask.bytes = contents.bytes(ask.content);
        ask.credit += credit;
        tally.wanted(System.nanoTime() - ask.since);
        upload(answer.id(), ask);
      }
      case Outcome.Busy(int retryAfterMillis) -> {
        settle(answer, ask);
        waitingForRetry++;
        var _ =
            context()
                .executor()
                .schedule(
                    () -> {
                      waitingForRetry--;
                      again.add(ask.content);
                      pump();
                      context().flush();
                    },
                    Math.max(1, retryAfterMillis),
                    TimeUnit.MILLISECONDS);
      }
      case Outcome.Judged _, Outcome.Refused _ -> settle(answer, ask);
    }
  }

  private void settle(Answer answer, Pending ask) {
    pending.remove(answer.id());
    tally.answered(answer.outcome(), System.nanoTime() - ask.since);
  }

  private void upload(int id, Pending ask) {
    byte[] bytes = ask.bytes;
    while (bytes != null && ask.credit > 0 && ask.sent < bytes.length) {
      int length = Math.min(Math.min(ask.credit, Wire.CHUNK_BYTES), bytes.length - ask.sent);
      boolean last = ask.sent + length == bytes.length;
      send(
          new Message.ContentPart(
              id, ask.sent, last, ByteBuffer.wrap(bytes, ask.sent, length).slice()));
      ask.sent += length;
      ask.credit -= length;
      tally.uploaded(length);
    }
  }

  /** Without a flush; what fails comes to {@link #exceptionCaught}. */
  private void send(Message message) {
    var _ = context().write(message, context().voidPromise());
  }

  /** Sends as many batches as the window has room for; without a flush. */
  private void pump() {
    Workload work = workload;
    if (work == null) {
      return;
    }
    boolean more = true;
    while (mayRetry(work) || (more && taken(work) + work.batch() <= work.window())) {
      List<Ask> batch = new ArrayList<>(work.batch());
      while (batch.size() < work.batch() && (mayRetry(work) || taken(work) < work.window())) {
        Integer retry = mayRetry(work) ? again.poll() : null;
        int content = retry != null ? retry : work.next().getAsInt();
        if (content < 0) {
          more = false;
          break;
        }
        batch.add(ask(content));
      }
      if (!batch.isEmpty()) {
        send(new Message.Asks(batch));
      }
    }
    if (!more && pending.isEmpty() && waitingForRetry == 0) {
      workload = null;
      done.complete(tally);
    }
  }

  /** Whether one that was told Busy comes again now; a patient one has kept its place. */
  private boolean mayRetry(Workload work) {
    return !again.isEmpty() && (work.patient() || pending.size() < work.window());
  }

  /** Places of the window that are not free. */
  private int taken(Workload work) {
    return pending.size() + (work.patient() ? waitingForRetry + again.size() : 0);
  }

  private Ask ask(int content) {
    int id = ids++ & Integer.MAX_VALUE;
    pending.put(id, new Pending(content, System.nanoTime()));
    String path = "/usr/share/simulated/file-" + content;
    return new Ask(
        id,
        DEADLINE_MILLIS,
        new Access(lane, contents.key(content), path, "/usr/bin/simulated", 1, 1000));
  }

  private void fail(Throwable cause) {
    workload = null;
    opened.completeExceptionally(cause);
    done.completeExceptionally(cause);
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext now = context;
    if (now == null) {
      throw new IllegalStateException("guest: in no pipeline (expected: connected)");
    }
    return now;
  }
}
