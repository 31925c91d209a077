// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Message.Enrol;
import io.lazaret.protocol.Message.Enrolled;
import io.lazaret.protocol.Message.Renew;
import java.nio.ByteBuffer;
import java.util.List;

/** Bodies of the messages that give a guest its certificate. */
final class IdentityCodec {
  private IdentityCodec() {}

  static MessageType encode(Enrol enrol, ByteBuffer out) {
    Text.putWhole(out, enrol.token(), Wire.NAME_BYTES);
    Text.put(out, enrol.host(), Wire.NAME_BYTES);
    Fields.putBlob(out, enrol.request());
    return MessageType.ENROL;
  }

  static Enrol enrol(ByteBuffer in) throws ProtocolException {
    return new Enrol(
        Text.read(in, Wire.NAME_BYTES), Text.read(in, Wire.NAME_BYTES), Fields.blob(in));
  }

  static MessageType encode(Renew renew, ByteBuffer out) {
    Fields.putBlob(out, renew.request());
    return MessageType.RENEW;
  }

  static Renew renew(ByteBuffer in) throws ProtocolException {
    return new Renew(Fields.blob(in));
  }

  static MessageType encode(Enrolled enrolled, ByteBuffer out) {
    if (enrolled.chain().size() > Wire.CHAIN_CERTIFICATES) {
      throw new IllegalArgumentException(tooLong(enrolled.chain().size()));
    }
    Text.putWhole(out, enrolled.guest(), Wire.NAME_BYTES);
    Fields.putCount(out, enrolled.chain().size());
    for (ByteBuffer certificate : enrolled.chain()) {
      Fields.putBlob(out, certificate);
    }
    return MessageType.ENROLLED;
  }

  static Enrolled enrolled(ByteBuffer in) throws ProtocolException {
    String guest = Text.read(in, Wire.NAME_BYTES);
    int count = Fields.count(in, 2);
    if (count > Wire.CHAIN_CERTIFICATES) {
      throw ProtocolException.malformed(tooLong(count));
    }
    ByteBuffer[] chain = new ByteBuffer[count];
    for (int i = 0; i < chain.length; i++) {
      chain[i] = Fields.blob(in);
    }
    return new Enrolled(guest, List.of(chain));
  }

  private static String tooLong(int certificates) {
    return "chain: "
        + certificates
        + " certificates (expected: at most "
        + Wire.CHAIN_CERTIFICATES
        + ")";
  }
}
