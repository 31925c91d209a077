// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Message.ContentAborted;
import io.lazaret.protocol.Message.ContentPart;
import io.lazaret.protocol.Message.Credit;
import java.nio.ByteBuffer;

/** Bodies of the messages that carry a file's content. */
final class ContentCodec {
  private static final int PART_FIXED_BYTES = 4 + 8 + 1;

  private ContentCodec() {}

  static MessageType encode(ContentPart part, ByteBuffer out) {
    out.putInt(part.id());
    out.putLong(part.offset());
    Fields.putFlag(out, part.last());
    Fields.putChunk(out, part.bytes());
    return MessageType.CONTENT_PART;
  }

  static ContentPart part(ByteBuffer in) throws ProtocolException {
    return new ContentPart(in.getInt(), in.getLong(), Fields.flag(in), Fields.chunk(in));
  }

  static int size(ContentPart part) {
    return PART_FIXED_BYTES + part.bytes().remaining();
  }

  static MessageType encode(ContentAborted aborted, ByteBuffer out) {
    out.putInt(aborted.id());
    Fields.putRefusal(out, aborted.code());
    return MessageType.CONTENT_ABORTED;
  }

  static ContentAborted aborted(ByteBuffer in) {
    return new ContentAborted(in.getInt(), Fields.refusal(in));
  }

  static MessageType encode(Credit credit, ByteBuffer out) {
    out.putInt(credit.id());
    out.putInt(credit.bytes());
    return MessageType.CREDIT;
  }

  static Credit credit(ByteBuffer in) {
    return new Credit(in.getInt(), in.getInt());
  }
}
