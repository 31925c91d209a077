// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Capability;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Refusal;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;

/** The fields that several messages share: counts, byte strings, sets, content keys. */
final class Fields {
  static final int CONTENT_KEY_BYTES = ContentHash.BYTES + 8;

  private static final Capability[] CAPABILITIES = Capability.values();
  private static final WireEnum<Refusal> REFUSALS =
      new WireEnum<>("refusal", Refusal.values(), Refusal::wire);

  private Fields() {}

  static int u16(ByteBuffer in) {
    return in.getShort() & 0xFFFF;
  }

  static void putU16(ByteBuffer out, int value) {
    out.putShort((short) value);
  }

  /** A number of items that the rest of the frame can hold, so that it may size an array. */
  static int count(ByteBuffer in, int leastItemBytes) throws ProtocolException {
    int count = u16(in);
    if (count * leastItemBytes > in.remaining()) {
      throw ProtocolException.malformed(
          "count: " + count + " (expected: items that fit " + in.remaining() + " bytes)");
    }
    return count;
  }

  static void putCount(ByteBuffer out, int count) {
    if (count > 0xFFFF) {
      throw new IllegalArgumentException("count: " + count + " (expected: at most 65535)");
    }
    putU16(out, count);
  }

  static boolean flag(ByteBuffer in) throws ProtocolException {
    int value = in.get();
    if (value != 0 && value != 1) {
      throw ProtocolException.malformed("flag: " + value + " (expected: 0 or 1)");
    }
    return value == 1;
  }

  static void putFlag(ByteBuffer out, boolean value) {
    out.put((byte) (value ? 1 : 0));
  }

  /** Bytes with a 16-bit length, copied out of the frame. */
  static ByteBuffer blob(ByteBuffer in) throws ProtocolException {
    return copy(in, u16(in));
  }

  static void putBlob(ByteBuffer out, ByteBuffer bytes) {
    if (bytes.remaining() > 0xFFFF) {
      throw new IllegalArgumentException(
          "bytes: " + bytes.remaining() + " (expected: at most 65535)");
    }
    putU16(out, bytes.remaining());
    out.put(bytes.duplicate());
  }

  /** The rest of the frame as one part of something longer, copied. */
  static ByteBuffer chunk(ByteBuffer in) throws ProtocolException {
    if (in.remaining() > Wire.CHUNK_BYTES) {
      throw ProtocolException.malformed(
          "part: " + in.remaining() + " bytes (expected: at most " + Wire.CHUNK_BYTES + ")");
    }
    return copy(in, in.remaining());
  }

  static void putChunk(ByteBuffer out, ByteBuffer bytes) {
    if (bytes.remaining() > Wire.CHUNK_BYTES) {
      throw new IllegalArgumentException(
          "part: " + bytes.remaining() + " bytes (expected: at most " + Wire.CHUNK_BYTES + ")");
    }
    out.put(bytes.duplicate());
  }

  private static ByteBuffer copy(ByteBuffer in, int length) throws ProtocolException {
    if (length > in.remaining()) {
      throw ProtocolException.malformed(
          "bytes: " + length + " (expected: at most the " + in.remaining() + " that are left)");
    }
    byte[] copy = new byte[length];
    in.get(copy);
    return ByteBuffer.wrap(copy);
  }

  static ContentKey contentKey(ByteBuffer in) {
    return new ContentKey(ContentHash.readFrom(in), in.getLong());
  }

  static void putContentKey(ByteBuffer out, ContentKey key) {
    key.hash().writeTo(out);
    out.putLong(key.length());
  }

  static Set<Capability> capabilities(ByteBuffer in) {
    long bits = in.getLong();
    EnumSet<Capability> set = EnumSet.noneOf(Capability.class);
    for (Capability capability : CAPABILITIES) {
      if ((bits >>> capability.bit() & 1) == 1) {
        set.add(capability);
      }
    }
    return set;
  }

  static void putCapabilities(ByteBuffer out, Set<Capability> set) {
    long bits = 0;
    for (Capability capability : set) {
      bits |= 1L << capability.bit();
    }
    out.putLong(bits);
  }

  /** A newer peer's unknown code still ends the same thing: it reads as INTERNAL. */
  static Refusal refusal(ByteBuffer in) {
    return REFUSALS.readOr(in, Refusal.INTERNAL);
  }

  static void putRefusal(ByteBuffer out, Refusal refusal) {
    out.put((byte) refusal.wire());
  }
}
