// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.codec.netty.NettyMessageDecoder;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Hostile bytes and random messages; the seeds run in every build. */
class CodecFuzzTest {
  @FuzzTest
  void aFrameIsAMessageOrAProtocolException(byte[] frame) {
    Decoded decoded;
    try {
      decoded = MessageCodec.decode(ByteBuffer.wrap(frame));
    } catch (ProtocolException e) {
      return;
    }
    if (decoded instanceof Decoded.Known(Message message)) {
      ByteBuffer again = MessageCodec.encode(message);
      assertTrue(again.remaining() <= frame.length, "longer than what it was decoded from");
      assertTrue(again.remaining() <= MessageCodec.sizeBound(message), "size bound too small");
      assertDecodes(message, again);
    }
  }

  @FuzzTest
  void blockingAndNettyReadersAgree(byte[] stream) throws IOException {
    List<String> blocking = new ArrayList<>();
    MessageReader reader = new MessageReader(new ByteArrayInputStream(stream));
    try {
      while (true) {
        blocking.add(reader.read().toString());
      }
    } catch (EOFException e) {
      assertTrue(blocking.size() * Wire.HEADER_BYTES <= stream.length);
    } catch (ProtocolException e) {
      blocking.add(e.toString());
    }
    assertEquals(blocking, throughNetty(stream));
  }

  @FuzzTest
  void everyMessageIsReadBack(FuzzedDataProvider data) {
    Message message = RandomMessages.next(data);
    assertDecodes(message, MessageCodec.encode(message));
  }

  private static void assertDecodes(Message message, ByteBuffer frame) {
    try {
      assertEquals(new Decoded.Known(message), MessageCodec.decode(frame));
    } catch (ProtocolException e) {
      throw new AssertionError("own frame refused: " + message, e);
    }
  }

  private static List<String> throughNetty(byte[] stream) {
    List<String> messages = new ArrayList<>();
    EmbeddedChannel channel = new EmbeddedChannel(new NettyMessageDecoder());
    Throwable failure = null;
    for (int at = 0; at < stream.length && failure == null; at += 100) {
      try {
        channel.writeInbound(Unpooled.copiedBuffer(stream, at, Math.min(100, stream.length - at)));
      } catch (Exception e) {
        failure = e;
      }
    }
    for (Object m = channel.readInbound(); m != null; m = channel.readInbound()) {
      messages.add(m.toString());
    }
    if (failure != null) {
      messages.add(failure.toString());
    }
    channel.finishAndReleaseAll();
    return messages;
  }
}
