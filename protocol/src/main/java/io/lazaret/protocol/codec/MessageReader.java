// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Message;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads messages from a blocking stream; for one thread. */
public final class MessageReader {
  private final InputStream in;
  private final ByteBuffer buffer = ByteBuffer.allocate(Wire.FRAME_BYTES).limit(0);

  public MessageReader(InputStream in) {
    this.in = in;
  }

  /**
   * Waits for the next message; frames of unknown optional types are skipped.
   *
   * @throws EOFException when the stream ends, between frames or within one
   * @throws ProtocolException when the peer sent something else than a message; the stream is of no
   *     use any more
   */
  public Message read() throws IOException {
    while (true) {
      if (decodeFrame() instanceof Decoded.Known(Message message)) {
        return message;
      }
    }
  }

  private Decoded decodeFrame() throws IOException {
    await(Wire.LENGTH_BYTES);
    int start = buffer.position();
    int bytes = MessageCodec.frameBytes(buffer.getInt(start));
    await(bytes);
    int end = buffer.limit();
    buffer.limit(buffer.position() + bytes);
    Decoded decoded = MessageCodec.decode(buffer);
    buffer.limit(end);
    return decoded;
  }

  private void await(int bytes) throws IOException {
    if (buffer.capacity() - buffer.position() < bytes) {
      buffer.compact().flip();
    }
    while (buffer.remaining() < bytes) {
      int read = in.read(buffer.array(), buffer.limit(), buffer.capacity() - buffer.limit());
      if (read < 0) {
        throw new EOFException(
            "stream: ended (expected: " + (bytes - buffer.remaining()) + " bytes more)");
      }
      buffer.limit(buffer.limit() + read);
    }
  }
}
