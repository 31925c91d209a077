// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message.Asks;
import io.lazaret.protocol.Message.Cancel;
import java.nio.ByteBuffer;
import java.util.List;

/** Bodies of what a guest asks, and the access that an ask and a report describe. */
final class AskCodec {
  private static final int ASK_FIXED_BYTES = 4 + 4;
  private static final int ACCESS_FIXED_BYTES = 1 + Fields.CONTENT_KEY_BYTES + 4 + 4;
  private static final int LEAST_ASK_BYTES =
      ASK_FIXED_BYTES + ACCESS_FIXED_BYTES + 2 * Text.LENGTH_BYTES;

  private static final WireEnum<Lane> LANES = new WireEnum<>("lane", Lane.values(), Lane::wire);

  private AskCodec() {}

  static MessageType encode(Asks message, ByteBuffer out) {
    List<Ask> asks = message.asks();
    Fields.putCount(out, asks.size());
    for (int i = 0; i < asks.size(); i++) {
      Ask ask = asks.get(i);
      out.putInt(ask.id());
      out.putInt(ask.deadlineMillis());
      encode(ask.access(), out);
    }
    return MessageType.ASKS;
  }

  static Asks asks(ByteBuffer in) throws ProtocolException {
    Ask[] asks = new Ask[Fields.count(in, LEAST_ASK_BYTES)];
    for (int i = 0; i < asks.length; i++) {
      asks[i] = new Ask(in.getInt(), in.getInt(), access(in));
    }
    return new Asks(List.of(asks));
  }

  static int size(Ask ask) {
    return ASK_FIXED_BYTES + size(ask.access());
  }

  static void encode(Access access, ByteBuffer out) {
    out.put((byte) access.lane().wire());
    Fields.putContentKey(out, access.content());
    out.putInt(access.pid());
    out.putInt(access.uid());
    Text.put(out, access.path(), Wire.PATH_BYTES);
    Text.put(out, access.process(), Wire.PATH_BYTES);
  }

  static Access access(ByteBuffer in) throws ProtocolException {
    Lane lane = LANES.read(in);
    var content = Fields.contentKey(in);
    int pid = in.getInt();
    int uid = in.getInt();
    String path = Text.read(in, Wire.PATH_BYTES);
    String process = Text.read(in, Wire.PATH_BYTES);
    return new Access(lane, content, path, process, pid, uid);
  }

  static int size(Access access) {
    return ACCESS_FIXED_BYTES
        + Text.size(access.path(), Wire.PATH_BYTES)
        + Text.size(access.process(), Wire.PATH_BYTES);
  }

  static MessageType encode(Cancel cancel, ByteBuffer out) {
    out.putInt(cancel.id());
    return MessageType.CANCEL;
  }

  static Cancel cancel(ByteBuffer in) {
    return new Cancel(in.getInt());
  }
}
