// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Message.Goodbye;
import io.lazaret.protocol.Message.Hello;
import io.lazaret.protocol.Message.Ping;
import io.lazaret.protocol.Message.Pong;
import io.lazaret.protocol.Message.Welcome;
import io.lazaret.protocol.SessionLimits;
import java.nio.ByteBuffer;

/** Bodies of the messages that open, keep and end a session. */
final class SessionCodec {
  private SessionCodec() {}

  static MessageType encode(Hello hello, ByteBuffer out) {
    Fields.putU16(out, hello.lowestVersion());
    Fields.putU16(out, hello.highestVersion());
    Fields.putCapabilities(out, hello.capabilities());
    Text.put(out, hello.software(), Wire.NAME_BYTES);
    Text.put(out, hello.host(), Wire.NAME_BYTES);
    Text.put(out, hello.platform(), Wire.NAME_BYTES);
    return MessageType.HELLO;
  }

  static Hello hello(ByteBuffer in) throws ProtocolException {
    Hello hello =
        new Hello(
            Fields.u16(in),
            Fields.u16(in),
            Fields.capabilities(in),
            Text.read(in, Wire.NAME_BYTES),
            Text.read(in, Wire.NAME_BYTES),
            Text.read(in, Wire.NAME_BYTES));
    if (hello.highestVersion() > Wire.VERSION) {
      in.position(in.limit()); // fields that a newer version appended
    }
    return hello;
  }

  static MessageType encode(Welcome welcome, ByteBuffer out) {
    SessionLimits limits = welcome.limits();
    Fields.putU16(out, welcome.version());
    Fields.putCapabilities(out, welcome.capabilities());
    Text.put(out, welcome.software(), Wire.NAME_BYTES);
    Text.put(out, welcome.guest(), Wire.NAME_BYTES);
    out.putInt(limits.requestsInFlight());
    Fields.putU16(out, limits.asksPerBatch());
    out.putLong(limits.contentLength());
    out.putInt(limits.keepAliveMillis());
    out.putLong(welcome.epoch());
    out.putLong(welcome.graceSeconds());
    return MessageType.WELCOME;
  }

  static Welcome welcome(ByteBuffer in) throws ProtocolException {
    return new Welcome(
        Fields.u16(in),
        Fields.capabilities(in),
        Text.read(in, Wire.NAME_BYTES),
        Text.read(in, Wire.NAME_BYTES),
        new SessionLimits(in.getInt(), Fields.u16(in), in.getLong(), in.getInt()),
        in.getLong(),
        in.getLong());
  }

  static MessageType encode(Goodbye goodbye, ByteBuffer out) {
    Fields.putRefusal(out, goodbye.code());
    Text.put(out, goodbye.detail(), Wire.DETAIL_BYTES);
    return MessageType.GOODBYE;
  }

  static Goodbye goodbye(ByteBuffer in) throws ProtocolException {
    return new Goodbye(Fields.refusal(in), Text.read(in, Wire.DETAIL_BYTES));
  }

  static MessageType encode(Ping ping, ByteBuffer out) {
    out.putLong(ping.token());
    return MessageType.PING;
  }

  static Ping ping(ByteBuffer in) {
    return new Ping(in.getLong());
  }

  static MessageType encode(Pong pong, ByteBuffer out) {
    out.putLong(pong.token());
    return MessageType.PONG;
  }

  static Pong pong(ByteBuffer in) {
    return new Pong(in.getLong());
  }
}
