// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Message.Drain;
import io.lazaret.protocol.Message.EpochChanged;
import io.lazaret.protocol.Message.PolicyPart;
import io.lazaret.protocol.Message.Reverify;
import io.lazaret.protocol.Message.Revoked;
import io.lazaret.protocol.Message.ScanOrder;
import io.lazaret.protocol.Message.ScanProgress;
import io.lazaret.protocol.Revocation;
import java.nio.ByteBuffer;
import java.util.List;

/** Bodies of what the appliance pushes, and of the progress that answers a scan order. */
final class PushCodec {
  private static final int REVOCATION_FIXED_BYTES = Fields.CONTENT_KEY_BYTES + 8;
  private static final int LEAST_REVOCATION_BYTES = REVOCATION_FIXED_BYTES + 1;

  private PushCodec() {}

  static MessageType encode(EpochChanged changed, ByteBuffer out) {
    out.putLong(changed.epoch());
    out.putLong(changed.graceSeconds());
    return MessageType.EPOCH_CHANGED;
  }

  static EpochChanged epochChanged(ByteBuffer in) {
    return new EpochChanged(in.getLong(), in.getLong());
  }

  static MessageType encode(Revoked message, ByteBuffer out) {
    Fields.putCount(out, message.revocations().size());
    for (Revocation revocation : message.revocations()) {
      Fields.putContentKey(out, revocation.content());
      out.putLong(revocation.epoch());
      VerdictCodec.encode(revocation.verdict(), out);
    }
    return MessageType.REVOKED;
  }

  static Revoked revoked(ByteBuffer in) throws ProtocolException {
    Revocation[] revocations = new Revocation[Fields.count(in, LEAST_REVOCATION_BYTES)];
    for (int i = 0; i < revocations.length; i++) {
      var content = Fields.contentKey(in);
      long epoch = in.getLong();
      revocations[i] = new Revocation(content, VerdictCodec.decode(in), epoch);
    }
    return new Revoked(List.of(revocations));
  }

  static int size(Revocation revocation) {
    return REVOCATION_FIXED_BYTES + VerdictCodec.size(revocation.verdict());
  }

  static MessageType encode(PolicyPart policy, ByteBuffer out) {
    out.putLong(policy.version());
    Fields.putU16(out, policy.part());
    Fields.putU16(out, policy.parts());
    Fields.putChunk(out, policy.bytes());
    return MessageType.POLICY_PART;
  }

  static PolicyPart policyPart(ByteBuffer in) throws ProtocolException {
    return new PolicyPart(in.getLong(), Fields.u16(in), Fields.u16(in), Fields.chunk(in));
  }

  static MessageType encode(ScanOrder order, ByteBuffer out) {
    out.putLong(order.order());
    putTexts(out, order.paths(), Wire.PATH_BYTES);
    return MessageType.SCAN_ORDER;
  }

  static ScanOrder scanOrder(ByteBuffer in) throws ProtocolException {
    return new ScanOrder(in.getLong(), texts(in, Wire.PATH_BYTES));
  }

  static MessageType encode(ScanProgress progress, ByteBuffer out) {
    out.putLong(progress.order());
    out.putLong(progress.files());
    out.putLong(progress.bytes());
    out.putLong(progress.infected());
    Fields.putFlag(out, progress.finished());
    return MessageType.SCAN_PROGRESS;
  }

  static ScanProgress scanProgress(ByteBuffer in) throws ProtocolException {
    return new ScanProgress(
        in.getLong(), in.getLong(), in.getLong(), in.getLong(), Fields.flag(in));
  }

  static MessageType encode(Reverify reverify, ByteBuffer out) {
    Fields.putContentKey(out, reverify.content());
    Text.putWhole(out, reverify.path(), Wire.PATH_BYTES);
    return MessageType.REVERIFY;
  }

  static Reverify reverify(ByteBuffer in) throws ProtocolException {
    return new Reverify(Fields.contentKey(in), Text.read(in, Wire.PATH_BYTES));
  }

  static MessageType encode(Drain drain, ByteBuffer out) {
    out.putInt(drain.withinMillis());
    putTexts(out, drain.appliances(), Wire.NAME_BYTES);
    return MessageType.DRAIN;
  }

  static Drain drain(ByteBuffer in) throws ProtocolException {
    int withinMillis = in.getInt();
    return new Drain(texts(in, Wire.NAME_BYTES), withinMillis);
  }

  private static void putTexts(ByteBuffer out, List<String> texts, int most) {
    Fields.putCount(out, texts.size());
    for (String text : texts) {
      Text.putWhole(out, text, most);
    }
  }

  private static List<String> texts(ByteBuffer in, int most) throws ProtocolException {
    String[] texts = new String[Fields.count(in, Text.LENGTH_BYTES)];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = Text.read(in, most);
    }
    return List.of(texts);
  }
}
