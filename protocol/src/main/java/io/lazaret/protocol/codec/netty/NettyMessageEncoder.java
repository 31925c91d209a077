// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec.netty;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.codec.MessageCodec;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToByteEncoder;
import java.nio.ByteBuffer;

/** Messages to bytes, written straight into a pooled buffer. */
@Sharable
public final class NettyMessageEncoder extends MessageToByteEncoder<Message> {
  public NettyMessageEncoder() {
    super(Message.class);
  }

  @Override
  protected ByteBuf allocateBuffer(ChannelHandlerContext ctx, Message message, boolean direct) {
    int bytes = MessageCodec.sizeBound(message);
    return direct ? ctx.alloc().ioBuffer(bytes, bytes) : ctx.alloc().heapBuffer(bytes, bytes);
  }

  @Override
  protected void encode(ChannelHandlerContext ctx, Message message, ByteBuf out) {
    int start = out.writerIndex();
    ByteBuffer frame = out.internalNioBuffer(start, out.writableBytes());
    int before = frame.position();
    MessageCodec.encode(message, frame);
    out.writerIndex(start + frame.position() - before);
  }
}
