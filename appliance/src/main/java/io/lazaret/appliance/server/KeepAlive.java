// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.protocol.Message.Ping;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sees that both sides hear from each other; on the connection's event loop. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the channel, which is heard
final class KeepAlive {
  private final int millis;
  private boolean heard;
  private int silentThirds;
  private long expectedToken;
  private @Nullable CompletableFuture<Boolean> expected;
  private @Nullable Future<?> timer;

  KeepAlive(int millis) {
    this.millis = millis;
  }

  /**
   * @param silent nothing came for too long
   * @param each at every look; it may end the connection
   */
  void start(ChannelHandlerContext ctx, Runnable silent, Runnable each) {
    long third = Math.max(1, millis / 3);
    timer =
        ctx.executor()
            .scheduleAtFixedRate(
                () -> tick(ctx, silent, each), third, third, TimeUnit.MILLISECONDS);
  }

  private void tick(ChannelHandlerContext ctx, Runnable silent, Runnable each) {
    each.run();
    silentThirds = heard ? 0 : silentThirds + 1;
    heard = false;
    if (silentThirds >= 3) {
      stop();
      silent.run();
    } else { // also our own sign of life
      ctx.writeAndFlush(new Ping(0));
    }
  }

  void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  void heard() {
    heard = true;
  }

  /** Completes with true when the answer to this ping comes. */
  void expect(long token, CompletableFuture<Boolean> answer) {
    CompletableFuture<Boolean> before = expected;
    if (before != null) {
      answer.whenComplete((alive, failure) -> before.complete(Boolean.TRUE.equals(alive)));
    }
    expectedToken = token;
    expected = answer;
  }

  void answered(long token) {
    CompletableFuture<Boolean> answer = expected;
    if (answer != null && token == expectedToken) {
      expected = null;
      answer.complete(true);
    }
  }
}
