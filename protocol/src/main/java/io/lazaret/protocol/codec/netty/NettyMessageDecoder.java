// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec.netty;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.codec.Decoded;
import io.lazaret.protocol.codec.MessageCodec;
import io.lazaret.protocol.codec.ProtocolException;
import io.lazaret.protocol.codec.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Bytes to messages; the first bad frame goes to {@code exceptionCaught} as a {@link
 * ProtocolException}, and everything after it is dropped.
 */
public final class NettyMessageDecoder extends ByteToMessageDecoder {
  private boolean broken;

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (broken) {
      in.skipBytes(in.readableBytes());
      return;
    }
    try {
      decodeFrame(in, out);
    } catch (ProtocolException e) {
      broken = true;
      in.skipBytes(in.readableBytes());
      ctx.fireExceptionCaught(e);
    }
  }

  private static void decodeFrame(ByteBuf in, List<Object> out) throws ProtocolException {
    if (in.readableBytes() < Wire.LENGTH_BYTES) {
      return;
    }
    int bytes = MessageCodec.frameBytes(in.getInt(in.readerIndex()));
    if (in.readableBytes() < bytes) {
      return;
    }
    int start = in.readerIndex();
    ByteBuffer frame =
        in.nioBufferCount() == 1 ? in.internalNioBuffer(start, bytes) : in.nioBuffer(start, bytes);
    in.skipBytes(bytes);
    if (MessageCodec.decode(frame) instanceof Decoded.Known(Message message)) {
      out.add(message);
    }
  }
}
