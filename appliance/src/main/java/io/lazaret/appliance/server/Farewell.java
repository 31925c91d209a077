// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.protocol.Message.Goodbye;
import io.lazaret.protocol.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.AttributeKey;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one way a connection is ended by us: counted, logged once, and said where it can be read. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the channel, which is heard
final class Farewell {
  private static final Logger log = LoggerFactory.getLogger(Farewell.class);
  private static final AttributeKey<Refusal> SAID = AttributeKey.valueOf("lazaret.farewell");
  private static final int DETAIL_LENGTH = 200;
  private static final int LINGER_MILLIS = 1_000;

  private Farewell() {}

  /**
   * Says Goodbye and closes once that is written, or soon after when it cannot be; false when it
   * was ended before.
   */
  static boolean say(ChannelHandlerContext ctx, House house, Refusal code, String detail) {
    Channel channel = ctx.channel();
    if (!note(channel, house, code, detail)) {
      return false;
    }
    channel.config().setAutoRead(true); // what still comes is dropped, so that no reset eats it
    ctx.writeAndFlush(new Goodbye(code, shorten(detail)))
        .addListener(written -> channel.eventLoop().execute(() -> finish(channel)));
    ctx.executor().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    return true;
  }

  private static void finish(Channel channel) {
    if (channel instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    } else {
      channel.close();
    }
  }

  /** Closes a connection on which nothing can be said; false when it was ended before. */
  static boolean close(ChannelHandlerContext ctx, House house, Refusal code, String detail) {
    return close(ctx.channel(), house, code, detail);
  }

  /** Closes a connection on which nothing can be said; false when it was ended before. */
  static boolean close(Channel channel, House house, Refusal code, String detail) {
    boolean first = note(channel, house, code, detail);
    channel.close();
    return first;
  }

  /** Why we ended it; null when we did not. */
  static @Nullable Refusal codeOf(Channel channel) {
    return channel.attr(SAID).get();
  }

  private static boolean note(Channel channel, House house, Refusal code, String detail) {
    if (channel.attr(SAID).setIfAbsent(code) != null) {
      return false;
    }
    house.figures().refused(code);
    log.info(
        "connection ended: code={} remote={} detail={}",
        code,
        channel.remoteAddress(),
        shorten(detail));
    return true;
  }

  private static String shorten(String detail) {
    return detail.length() <= DETAIL_LENGTH ? detail : detail.substring(0, DETAIL_LENGTH);
  }
}
