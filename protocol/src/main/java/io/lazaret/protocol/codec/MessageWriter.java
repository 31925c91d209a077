// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Writes messages to a blocking stream, several in one write where they fit; for one thread. */
public final class MessageWriter {
  private final OutputStream out;
  private final ByteBuffer buffer = ByteBuffer.allocate(Wire.FRAME_BYTES);

  public MessageWriter(OutputStream out) {
    this.out = out;
  }

  /** Takes the message; it is on its way when {@link #flush} has returned. */
  public void write(Message message) throws IOException {
    if (buffer.remaining() < MessageCodec.sizeBound(message)) {
      drain();
    }
    MessageCodec.encode(message, buffer);
  }

  public void flush() throws IOException {
    drain();
    out.flush();
  }

  private void drain() throws IOException {
    int length = buffer.position();
    if (length > 0) {
      buffer.clear();
      out.write(buffer.array(), 0, length);
    }
  }
}
