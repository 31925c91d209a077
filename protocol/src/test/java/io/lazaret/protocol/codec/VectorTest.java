// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.lazaret.protocol.Message;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The vectors in files are what this version says and understands; they never change. */
class VectorTest {
  /** Set to write vectors for new samples; existing files are never replaced. */
  private static final boolean WRITE_NEW = Boolean.getBoolean("lazaret.vectors.write");

  @Test
  void everySampleIsItsVectorInBothDirections() throws IOException {
    for (Map.Entry<String, Message> sample : Samples.all().entrySet()) {
      Message message = sample.getValue();
      String expected = Vector.render(message, MessageCodec.encode(message));
      var file = Vector.FOLDER.resolve(sample.getKey() + ".txt");
      if (WRITE_NEW && !Files.exists(file)) {
        Files.writeString(file, expected);
      }
      String vector = Files.readString(file);
      assertEquals(expected, vector, sample.getKey());
      assertEquals(new Decoded.Known(message), MessageCodec.decode(Vector.bytes(vector)));
    }
  }

  @Test
  void everyVectorHasItsSample() throws IOException {
    assertEquals(
        Set.copyOf(Samples.all().keySet()), Set.copyOf(Vector.readAll(Vector.FOLDER).keySet()));
  }

  @Test
  void everyMessageTypeHasAVector() throws IOException {
    Set<MessageType> seen = EnumSet.noneOf(MessageType.class);
    for (String vector : Vector.readAll(Vector.FOLDER).values()) {
      seen.add(MessageType.of(Vector.bytes(vector).get(Wire.LENGTH_BYTES) & 0xFF));
    }
    assertEquals(EnumSet.allOf(MessageType.class), seen);
  }

  @Test
  void badFramesEndAsTheirVectorSays() throws IOException {
    for (var entry : Vector.readAll(Vector.FOLDER.resolve("bad")).entrySet()) {
      String vector = entry.getValue();
      String expected = vector.lines().findFirst().orElseThrow().replace("expect: ", "");
      ByteBuffer frame = Vector.bytes(vector);
      String name = entry.getKey();
      if (expected.startsWith("skipped")) {
        assertEquals(expected, "skipped " + skippedType(frame), name);
      } else {
        var e = assertThrows(ProtocolException.class, () -> decode(frame), name);
        assertEquals(expected, e.code().name(), name);
      }
    }
  }

  @Test
  void aBadFrameAllocatesNoMoreThanAFewFrames() throws IOException {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (var entry : Vector.readAll(Vector.FOLDER.resolve("bad")).entrySet()) {
      ByteBuffer frame = Vector.bytes(entry.getValue());
      outcome(frame.duplicate()); // loads and links what it needs
      long before = threads.getCurrentThreadAllocatedBytes();
      outcome(frame);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      if (allocated > 8L * Wire.FRAME_BYTES) {
        fail(entry.getKey() + ": " + allocated + " bytes (expected: at most 8 frames)");
      }
    }
  }

  private static String outcome(ByteBuffer frame) {
    try {
      return decode(frame).toString();
    } catch (ProtocolException e) {
      return e.detail();
    }
  }

  private static int skippedType(ByteBuffer frame) throws ProtocolException {
    return ((Decoded.Skipped) decode(frame)).type();
  }

  /** As a stream's reader does: the length is looked at first. */
  private static Decoded decode(ByteBuffer frame) throws ProtocolException {
    if (frame.remaining() >= Wire.LENGTH_BYTES) {
      int bytes = MessageCodec.frameBytes(frame.getInt(frame.position()));
      assertEquals(bytes, Wire.LENGTH_BYTES + frame.getInt(frame.position()));
    }
    return MessageCodec.decode(frame);
  }
}
