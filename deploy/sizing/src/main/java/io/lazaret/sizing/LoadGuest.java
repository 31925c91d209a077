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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A guest that asks for the verdicts of some generated files, sends what is wanted while it makes
 * it, and comes again when it is told Busy. Everything happens on its channel's event loop.
 */
final class LoadGuest extends SimpleChannelInboundHandler<Message> {
  private static final int DEADLINE_MILLIS = 600_000;

  private final GeneratedFiles files;
  private final int window;
  private final Map<String, LongAdder> outcomes;
  private final CompletableFuture<LoadGuest> opened = new CompletableFuture<>();
  private final CompletableFuture<LoadGuest> done = new CompletableFuture<>();
  private final ArrayDeque<Integer> left = new ArrayDeque<>();
  private final Map<Integer, Sending> sending = new HashMap<>();
  private int open;
  private int resting;
  private @Nullable ChannelHandlerContext context;

  /** An upload on its way. */
  private static final class Sending {
    long sent;
    int credit;
  }

  /**
   * @param window most files at once
   * @param outcomes counted here by their names
   */
  LoadGuest(GeneratedFiles files, int window, Map<String, LongAdder> outcomes) {
    super(Message.class);
    this.files = files;
    this.window = window;
    this.outcomes = outcomes;
  }

  static Map<String, LongAdder> noOutcomes() {
    return new ConcurrentHashMap<>();
  }

  /** Completes when the session is open. */
  CompletableFuture<LoadGuest> opened() {
    return opened;
  }

  /** Asks about these files; completes when it has a verdict or a refusal for each. */
  CompletableFuture<LoadGuest> ask(List<Integer> numbers) {
    context()
        .executor()
        .execute(() -> {
          left.addAll(numbers);
          pump();
        });
    return done;
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
            Wire.OLDEST_VERSION, Wire.VERSION, Set.of(), "lazaret-sizing", "load", "simulated"));
    ctx.flush();
    ctx.fireChannelActive();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, Message message) {
    switch (message) {
      case Message.Welcome _ -> opened.complete(this);
      case Message.Answers(List<Answer> answers) -> {
        answers.forEach(answer -> take(ctx, answer.id(), answer.outcome()));
        pump();
      }
      case Message.Credit(int file, int bytes) -> {
        Sending upload = sending.get(file);
        if (upload != null) {
          upload.credit += bytes;
          upload(file, upload);
        }
      }
      case Message.Ping(long token) -> send(new Message.Pong(token));
      case Message.Goodbye(Refusal code, String detail) ->
          fail(new IOException("goodbye: " + code + " " + detail));
      default -> {} // pushed messages are of no use to a guest without files
    }
    ctx.flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(new IOException("connection: closed (expected: open until all is answered)"));
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause);
    var _ = ctx.close();
  }

  private void take(ChannelHandlerContext ctx, int file, Outcome outcome) {
    switch (outcome) {
      case Outcome.SendContent(int credit) -> {
        Sending upload = sending.computeIfAbsent(file, f -> new Sending());
        upload.credit += credit;
        upload(file, upload);
      }
      case Outcome.Busy(int retryAfterMillis) -> {
        settled(file, "busy");
        resting++;
        var _ =
            ctx.executor()
                .schedule(
                    () -> {
                      resting--;
                      left.add(file);
                      pump();
                    },
                    Math.max(1, retryAfterMillis),
                    TimeUnit.MILLISECONDS);
      }
      case Outcome.Judged judged ->
          settled(file, judged.verdict().getClass().getSimpleName() + "_" + judged.source());
      case Outcome.Refused(Refusal code) -> settled(file, "refused_" + code);
    }
  }

  private void settled(int file, String name) {
    sending.remove(file);
    open--;
    outcomes
        .computeIfAbsent(name.toLowerCase(java.util.Locale.ROOT), n -> new LongAdder())
        .increment();
  }

  private void upload(int file, Sending upload) {
    long length = files.key(file).length();
    while (upload.credit > 0 && upload.sent < length) {
      int count = (int) Math.min(Math.min(upload.credit, Wire.CHUNK_BYTES), length - upload.sent);
      ByteBuffer bytes = ByteBuffer.wrap(files.bytes(file, upload.sent, count));
      send(new Message.ContentPart(file, upload.sent, upload.sent + count == length, bytes));
      upload.sent += count;
      upload.credit -= count;
    }
  }

  private void pump() {
    List<Ask> batch = new ArrayList<>();
    while (open < window && !left.isEmpty()) {
      int file = left.remove();
      Access access = new Access(Lane.OPEN, files.key(file), "/load/" + file, "/bin/load", 1, 1000);
      batch.add(new Ask(file, DEADLINE_MILLIS, access));
      open++;
      if (batch.size() == 64) {
        send(new Message.Asks(batch));
        batch = new ArrayList<>();
      }
    }
    if (!batch.isEmpty()) {
      send(new Message.Asks(batch));
    }
    context().flush();
    if (open == 0 && resting == 0 && left.isEmpty()) {
      done.complete(this);
    }
  }

  /** Without a flush; what fails comes to {@link #exceptionCaught}. */
  private void send(Message message) {
    var _ = context().write(message, context().voidPromise());
  }

  private void fail(Throwable cause) {
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
