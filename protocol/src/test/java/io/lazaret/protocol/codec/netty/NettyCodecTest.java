// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.ContentPart;
import io.lazaret.protocol.Message.Ping;
import io.lazaret.protocol.Message.Pong;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.codec.MessageCodec;
import io.lazaret.protocol.codec.ProtocolException;
import io.lazaret.protocol.codec.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The codec as handlers of a channel, without a network. */
class NettyCodecTest {
  private static final List<Message> MESSAGES =
      List.of(
          new Ping(1),
          new ContentPart(7, 0, true, ByteBuffer.allocate(Wire.CHUNK_BYTES)),
          new Pong(2));

  @Test
  void whatIsEncodedIsDecodedWhateverThePieces() {
    for (int most : new int[] {1, 5, 1_000, 1 << 20}) {
      EmbeddedChannel from = new EmbeddedChannel(new NettyMessageEncoder());
      EmbeddedChannel to = new EmbeddedChannel(new NettyMessageDecoder());
      for (Message message : MESSAGES) {
        from.writeOutbound(message);
        ByteBuf bytes = from.readOutbound();
        assertEquals(Unpooled.wrappedBuffer(MessageCodec.encode(message)), bytes);
        while (bytes.isReadable()) {
          to.writeInbound(bytes.readRetainedSlice(Math.min(most, bytes.readableBytes())));
        }
        bytes.release();
      }
      for (Message message : MESSAGES) {
        assertEquals(message, to.readInbound());
      }
      assertFalse(to.finish());
      assertFalse(from.finish());
    }
  }

  @Test
  void severalFramesInOneCompositeBufferAreAllDecoded() {
    EmbeddedChannel to = new EmbeddedChannel(new NettyMessageDecoder());
    ByteBuf all = Unpooled.buffer();
    for (Message message : MESSAGES) {
      all.writeBytes(MessageCodec.encode(message));
    }
    int half = all.readableBytes() / 2;
    to.writeInbound(
        Unpooled.wrappedBuffer(all.readRetainedSlice(half), all.readRetainedSlice(half)));
    to.writeInbound(all);

    for (Message message : MESSAGES) {
      assertEquals(message, to.readInbound());
    }
    to.finish();
  }

  @Test
  void contentOutlivesThePooledBufferItCameIn() {
    EmbeddedChannel to = new EmbeddedChannel(new NettyMessageDecoder());
    ContentPart part = new ContentPart(1, 0, true, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    ByteBufAllocator pool = new PooledByteBufAllocator(true);
    ByteBuf bytes = pool.directBuffer().writeBytes(MessageCodec.encode(part));

    to.writeInbound(bytes);
    assertEquals(0, bytes.refCnt());
    ByteBuf other = pool.directBuffer().writeZero(64);

    assertEquals(part, to.readInbound());
    other.release();
    to.finish();
  }

  @Test
  void aTooLongFrameIsRefusedBeforeItsBytesCome() {
    EmbeddedChannel to = new EmbeddedChannel(new NettyMessageDecoder());

    var e =
        assertThrows(
            ProtocolException.class,
            () -> to.writeInbound(Unpooled.wrappedBuffer(new byte[] {-1, -1, -1, -1})));

    assertEquals(Refusal.FRAME_TOO_LONG, e.code());
    to.finish();
  }

  @Test
  void messagesBeforeABadFrameCountAndNothingAfterIt() {
    EmbeddedChannel to = new EmbeddedChannel(new NettyMessageDecoder());
    ByteBuf bytes =
        Unpooled.wrappedBuffer(
            MessageCodec.encode(new Ping(1)),
            ByteBuffer.wrap(new byte[] {0, 0, 0, 2, (byte) 0xEE, 0}),
            MessageCodec.encode(new Ping(2)));

    var e = assertThrows(ProtocolException.class, () -> to.writeInbound(bytes));

    assertEquals(Refusal.UNKNOWN_MESSAGE, e.code());
    assertEquals(new Ping(1), to.readInbound());
    to.writeInbound(Unpooled.wrappedBuffer(MessageCodec.encode(new Ping(3))));
    assertNull(to.readInbound());
    to.finish();
  }

  @Test
  void unknownOptionalFramesAreSkipped() {
    EmbeddedChannel to = new EmbeddedChannel(new NettyMessageDecoder());

    assertTrue(
        to.writeInbound(
            Unpooled.wrappedBuffer(
                ByteBuffer.wrap(new byte[] {0, 0, 0, 3, (byte) 0xEE, 1, 9}),
                MessageCodec.encode(new Ping(1)))));

    assertEquals(new Ping(1), to.readInbound());
    to.finish();
  }
}
