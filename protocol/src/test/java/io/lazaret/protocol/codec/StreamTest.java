// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.ContentPart;
import io.lazaret.protocol.Message.Ping;
import io.lazaret.protocol.Refusal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages through blocking streams, however their bytes are cut. */
class StreamTest {
  @Test
  void whatIsWrittenIsReadWhateverTheReadsReturn() throws IOException {
    List<Message> messages = new ArrayList<>(Samples.all().values());
    messages.add(new ContentPart(1, 0, false, ByteBuffer.allocate(Wire.CHUNK_BYTES)));
    messages.addAll(Samples.all().values());
    byte[] bytes = write(messages);

    for (int most : new int[] {1, 7, 4_096, Wire.FRAME_BYTES, Integer.MAX_VALUE}) {
      MessageReader reader = new MessageReader(new Trickle(bytes, most));
      for (Message message : messages) {
        assertEquals(message, reader.read());
      }
      assertThrows(EOFException.class, reader::read);
    }
  }

  @Test
  void anEndWithinAFrameIsAnEnd() {
    byte[] cut = new byte[] {0, 0, 0, 10, 4, 0, 1, 2};

    assertThrows(EOFException.class, new MessageReader(new ByteArrayInputStream(cut))::read);
  }

  @Test
  void aLengthIsRefusedBeforeItsBytesAreAwaited() {
    byte[] hostile = new byte[] {-1, -1, -1, -1};
    InputStream in =
        new Trickle(hostile, 4) {
          @Override
          public synchronized int read(byte[] target, int offset, int length) {
            if (available() == 0) {
              throw new AssertionError("waited for the bytes of a frame of 4 GiB");
            }
            return super.read(target, offset, length);
          }
        };

    var e = assertThrows(ProtocolException.class, new MessageReader(in)::read);
    assertEquals(Refusal.FRAME_TOO_LONG, e.code());
  }

  @Test
  void nothingIsWrittenBeforeItIsFlushed() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MessageWriter writer = new MessageWriter(out);

    writer.write(new Ping(1));
    writer.write(new Ping(2));
    assertEquals(0, out.size());
    writer.flush();

    assertEquals(2 * 14, out.size());
  }

  private static byte[] write(List<Message> messages) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MessageWriter writer = new MessageWriter(out);
    for (Message message : messages) {
      writer.write(message);
    }
    writer.flush();
    return out.toByteArray();
  }

  /** Gives at most so many bytes a read. */
  private static class Trickle extends ByteArrayInputStream {
    private final int most;

    Trickle(byte[] bytes, int most) {
      super(bytes);
      this.most = most;
    }

    @Override
    public synchronized int read(byte[] target, int offset, int length) {
      return super.read(target, offset, Math.min(length, most));
    }
  }
}
