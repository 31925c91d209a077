// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.Message;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** An expected frame, written down field by field as the specification names them. */
final class Frame {
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final int type;
  private final int flags;

  private Frame(int type, int flags) {
    this.type = type;
    this.flags = flags;
  }

  static Frame frame(int type) {
    return new Frame(type, 0);
  }

  static Frame optionalFrame(int type) {
    return new Frame(type, 1);
  }

  Frame u8(int value) {
    body.write(value);
    return this;
  }

  Frame u16(int value) {
    return u8(value >>> 8).u8(value);
  }

  Frame u32(long value) {
    return u16((int) (value >>> 16)).u16((int) value);
  }

  Frame u64(long value) {
    return u32(value >>> 32).u32(value);
  }

  Frame text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return u16(utf8.length).bytes(utf8);
  }

  Frame hash(ContentHash hash) {
    return bytes(hash.toBytes());
  }

  Frame bytes(byte... bytes) {
    body.writeBytes(bytes);
    return this;
  }

  Frame bytes(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return bytes(copy);
  }

  ByteBuffer bytes() {
    return ByteBuffer.allocate(Wire.HEADER_BYTES + body.size())
        .putInt(2 + body.size())
        .put((byte) type)
        .put((byte) flags)
        .put(body.toByteArray())
        .flip();
  }

  /** Both directions: the message encodes to this frame, and this frame decodes to the message. */
  void isExactly(Message message) throws ProtocolException {
    assertEquals(hex(bytes()), hex(MessageCodec.encode(message)));
    assertEquals(new Decoded.Known(message), MessageCodec.decode(bytes()));
  }

  static String hex(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return HexFormat.ofDelimiter(" ").formatHex(copy);
  }

  static ByteBuffer ofHex(String hex) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replaceAll("\\s", "")));
  }
}
