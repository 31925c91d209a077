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
import io.lazaret.protocol.codec.MessageCodec;
import io.lazaret.protocol.codec.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A guest that costs the machine as little as it can, for it shares it with the appliance: sends
 * the same few batches again and again, encoded once, and decodes and checks every answer.
 */
final class BatchGuest extends SimpleChannelInboundHandler<Message> {
  private static final int DEADLINE_MILLIS = 60_000;

  private final CompletableFuture<BatchGuest> opened = new CompletableFuture<>();
  private final CompletableFuture<Durations> done = new CompletableFuture<>();
  private final Durations durations = new Durations();
  private final int batch;
  private final ByteBuf[] frames;
  private final int[] missing;
  private final long[] since;
  private final long[] lastRound;
  private @Nullable ChannelHandlerContext context;
  private long endNanos;
  private long answers;
  private int inFlight;

  /** Asks about these contents in so many batches at once. */
  BatchGuest(Contents contents, int batches, int batch) {
    super(Message.class);
    this.batch = batch;
    this.frames = new ByteBuf[batches];
    this.missing = new int[batches];
    this.since = new long[batches];
    this.lastRound = new long[batches * batch];
    for (int i = 0; i < batches; i++) {
      frames[i] = frame(contents, i * batch, batch);
    }
  }

  private static ByteBuf frame(Contents contents, int firstId, int batch) {
    List<Ask> asks = new ArrayList<>(batch);
    for (int id = firstId; id < firstId + batch; id++) {
      int content = id % contents.count();
      String path = "/usr/share/simulated/file-" + content;
      asks.add(
          new Ask(
              id,
              DEADLINE_MILLIS,
              new Access(Lane.OPEN, contents.key(content), path, "/usr/bin/simulated", 1, 1000)));
    }
    ByteBuffer bytes = ByteBuffer.allocateDirect(Wire.FRAME_BYTES);
    MessageCodec.encode(new Message.Asks(asks), bytes);
    return Unpooled.wrappedBuffer(bytes.flip());
  }

  /** Completes when the session is open. */
  CompletableFuture<BatchGuest> opened() {
    return opened;
  }

  /** Asks until that time; completes with the round trips of its batches. */
  CompletableFuture<Durations> run(long untilNanos) {
    ChannelHandlerContext ctx = context();
    ctx.executor()
        .execute(() -> {
          endNanos = untilNanos;
          for (int i = 0; i < frames.length; i++) {
            send(ctx, i);
          }
          ctx.flush();
        });
    return done;
  }

  /** How many answers came; after {@link #run} has completed. */
  long answers() {
    return answers;
  }

  void close() {
    var _ = context().close();
  }

  private void send(ChannelHandlerContext ctx, int frame) {
    since[frame] = System.nanoTime();
    missing[frame] = batch;
    inFlight++;
    var _ = ctx.write(frames[frame].retainedDuplicate(), ctx.voidPromise());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    var _ =
        ctx.writeAndFlush(
            new Message.Hello(
                Wire.OLDEST_VERSION,
                Wire.VERSION,
                Set.of(),
                "lazaret-sizing",
                "batches",
                "simulated"));
    ctx.fireChannelActive();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, Message message) {
    switch (message) {
      case Message.Welcome _ -> opened.complete(this);
      case Message.Answers(List<Answer> some) -> some.forEach(answer -> answered(ctx, answer));
      case Message.Ping(long token) -> {
        var _ = ctx.write(new Message.Pong(token), ctx.voidPromise());
      }
      case Message.Goodbye(Refusal code, String detail) ->
          fail(new IOException("goodbye: " + code + " " + detail));
      default -> {} // pushed messages are of no use to a guest without files
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.flush();
  }

  private void answered(ChannelHandlerContext ctx, Answer answer) {
    int frame = answer.id() / batch;
    if (frame >= frames.length || missing[frame] == 0 || lastRound[answer.id()] == since[frame]) {
      fail(new IOException("answer: id " + answer.id() + " (expected: one in flight)"));
      return;
    }
    if (!(answer.outcome() instanceof Outcome.Judged(var _, long _, Outcome.Source source))
        || source != Outcome.Source.MEMORY) {
      fail(new IOException("answer: " + answer.outcome() + " (expected: from memory)"));
      return;
    }
    lastRound[answer.id()] = since[frame];
    answers++;
    if (--missing[frame] > 0) {
      return;
    }
    long now = System.nanoTime();
    durations.add(now - since[frame]);
    inFlight--;
    if (now < endNanos) {
      send(ctx, frame);
    } else if (inFlight == 0) {
      done.complete(durations);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(new IOException("connection: closed (expected: open until the end)"));
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause);
    var _ = ctx.close();
  }

  private void fail(Throwable cause) {
    endNanos = System.nanoTime();
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
