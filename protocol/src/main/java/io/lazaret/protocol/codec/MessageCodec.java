// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.*;
import io.lazaret.protocol.Refusal;
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** One message to one frame, and back; the module's README is its specification. */
public final class MessageCodec {
  private static final int SMALL_FRAME_BYTES = 64;

  private MessageCodec() {}

  /** One frame in a buffer of its own; what sends often encodes into a buffer it keeps. */
  public static ByteBuffer encode(Message message) {
    ByteBuffer frame = ByteBuffer.allocate(Wire.FRAME_BYTES);
    encode(message, frame);
    return ByteBuffer.wrap(Arrays.copyOf(frame.array(), frame.position()));
  }

  /**
   * Appends one frame.
   *
   * @param out at least {@link #sizeBound} bytes are free in it
   * @throws IllegalArgumentException when the message is longer than a frame
   * @throws BufferOverflowException when the buffer is too small
   */
  public static void encode(Message message, ByteBuffer out) {
    int start = out.position();
    int limit = out.limit();
    out.order(ByteOrder.BIG_ENDIAN);
    out.limit(Math.min(limit, start + Wire.FRAME_BYTES));
    try {
      out.putInt(0).putShort((short) 0);
      MessageType type = encodeBody(message, out);
      out.putInt(start, out.position() - start - Wire.LENGTH_BYTES);
      out.put(start + Wire.LENGTH_BYTES, (byte) type.wire());
      out.put(start + Wire.LENGTH_BYTES + 1, (byte) type.flags());
    } catch (BufferOverflowException e) {
      boolean tooLong = out.limit() - start == Wire.FRAME_BYTES;
      out.position(start);
      throw tooLong
          ? new IllegalArgumentException(
              "frame: too long (expected: at most " + Wire.FRAME_BYTES + " bytes)", e)
          : e;
    } finally {
      out.limit(limit);
    }
  }

  private static MessageType encodeBody(Message message, ByteBuffer out) {
    return switch (message) {
      case Answers answers -> AnswerCodec.encode(answers, out);
      case Asks asks -> AskCodec.encode(asks, out);
      case Cancel cancel -> AskCodec.encode(cancel, out);
      case ContentPart part -> ContentCodec.encode(part, out);
      case ContentAborted aborted -> ContentCodec.encode(aborted, out);
      case Credit credit -> ContentCodec.encode(credit, out);
      case Hello hello -> SessionCodec.encode(hello, out);
      case Welcome welcome -> SessionCodec.encode(welcome, out);
      case Goodbye goodbye -> SessionCodec.encode(goodbye, out);
      case Ping ping -> SessionCodec.encode(ping, out);
      case Pong pong -> SessionCodec.encode(pong, out);
      case EpochChanged changed -> PushCodec.encode(changed, out);
      case Revoked revoked -> PushCodec.encode(revoked, out);
      case PolicyPart policy -> PushCodec.encode(policy, out);
      case ScanOrder order -> PushCodec.encode(order, out);
      case ScanProgress progress -> PushCodec.encode(progress, out);
      case Reverify reverify -> PushCodec.encode(reverify, out);
      case Drain drain -> PushCodec.encode(drain, out);
      case Reports reports -> ReportCodec.encode(reports, out);
      case ReportsStored stored -> ReportCodec.encode(stored, out);
      case Enrol enrol -> IdentityCodec.encode(enrol, out);
      case Renew renew -> IdentityCodec.encode(renew, out);
      case Enrolled enrolled -> IdentityCodec.encode(enrolled, out);
    };
  }

  /**
   * Reads one frame; what it returns holds copies, so the buffer may be used again.
   *
   * @param frame from its position to its limit exactly one frame
   */
  public static Decoded decode(ByteBuffer frame) throws ProtocolException {
    frame.order(ByteOrder.BIG_ENDIAN);
    int given = frame.remaining();
    if (given < Wire.HEADER_BYTES) {
      throw ProtocolException.malformed("frame: " + given + " bytes (expected: a header)");
    }
    int bytes = frameBytes(frame.getInt());
    if (bytes != given) {
      throw ProtocolException.malformed("frame: " + given + " bytes (expected: " + bytes + ")");
    }
    int number = frame.get() & 0xFF;
    int flags = frame.get();
    MessageType type = MessageType.of(number);
    if (type == null) {
      if ((flags & Wire.OPTIONAL) != 0) {
        frame.position(frame.limit());
        return new Decoded.Skipped(number);
      }
      throw new ProtocolException(Refusal.UNKNOWN_MESSAGE, "type: " + number);
    }
    Message message = decodeBody(type, frame);
    if (frame.hasRemaining()) {
      throw ProtocolException.malformed(type + ": " + frame.remaining() + " bytes too many");
    }
    return new Decoded.Known(message);
  }

  private static Message decodeBody(MessageType type, ByteBuffer in) throws ProtocolException {
    try {
      return switch (type) {
        case HELLO -> SessionCodec.hello(in);
        case WELCOME -> SessionCodec.welcome(in);
        case GOODBYE -> SessionCodec.goodbye(in);
        case PING -> SessionCodec.ping(in);
        case PONG -> SessionCodec.pong(in);
        case ASKS -> AskCodec.asks(in);
        case ANSWERS -> AnswerCodec.answers(in);
        case CANCEL -> AskCodec.cancel(in);
        case CONTENT_PART -> ContentCodec.part(in);
        case CONTENT_ABORTED -> ContentCodec.aborted(in);
        case CREDIT -> ContentCodec.credit(in);
        case EPOCH_CHANGED -> PushCodec.epochChanged(in);
        case REVOKED -> PushCodec.revoked(in);
        case POLICY_PART -> PushCodec.policyPart(in);
        case SCAN_ORDER -> PushCodec.scanOrder(in);
        case SCAN_PROGRESS -> PushCodec.scanProgress(in);
        case REVERIFY -> PushCodec.reverify(in);
        case DRAIN -> PushCodec.drain(in);
        case REPORTS -> ReportCodec.reports(in);
        case REPORTS_STORED -> ReportCodec.stored(in);
        case ENROL -> IdentityCodec.enrol(in);
        case RENEW -> IdentityCodec.renew(in);
        case ENROLLED -> IdentityCodec.enrolled(in);
      };
    } catch (BufferUnderflowException e) {
      throw ProtocolException.malformed(type + ": body ends too early", e);
    } catch (IllegalArgumentException e) { // what the records do not allow
      throw ProtocolException.malformed(type + ": " + e.getMessage(), e);
    }
  }

  /**
   * Checks the length field of a header, before its bytes are awaited or room is made for them.
   *
   * @return bytes of the whole frame, header included
   */
  public static int frameBytes(int length) throws ProtocolException {
    if (length < 0 || length > Wire.FRAME_BYTES - Wire.LENGTH_BYTES) {
      throw new ProtocolException(
          Refusal.FRAME_TOO_LONG,
          "length: "
              + Integer.toUnsignedString(length)
              + " (expected: at most "
              + (Wire.FRAME_BYTES - Wire.LENGTH_BYTES)
              + ")");
    }
    if (length < Wire.HEADER_BYTES - Wire.LENGTH_BYTES) {
      throw ProtocolException.malformed("length: " + length + " (expected: at least 2)");
    }
    return Wire.LENGTH_BYTES + length;
  }

  /** Room that a message's frame needs at most: tight for the frequent ones. */
  public static int sizeBound(Message message) {
    return switch (message) {
      case Answers(var answers) -> {
        int bytes = Wire.HEADER_BYTES + 2;
        for (Answer answer : answers) {
          bytes += AnswerCodec.size(answer);
        }
        yield Math.min(bytes, Wire.FRAME_BYTES);
      }
      case Asks(var asks) -> {
        int bytes = Wire.HEADER_BYTES + 2;
        for (Ask ask : asks) {
          bytes += AskCodec.size(ask);
        }
        yield Math.min(bytes, Wire.FRAME_BYTES);
      }
      case ContentPart part -> Wire.HEADER_BYTES + ContentCodec.size(part);
      case Ping _, Pong _, Cancel _, Credit _, ContentAborted _, EpochChanged _, ReportsStored _ ->
          SMALL_FRAME_BYTES;
      default -> Wire.FRAME_BYTES;
    };
  }
}
