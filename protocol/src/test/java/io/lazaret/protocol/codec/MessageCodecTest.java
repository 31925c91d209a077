// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Capability;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.*;
import io.lazaret.protocol.Outcome.Busy;
import io.lazaret.protocol.Outcome.Judged;
import io.lazaret.protocol.Outcome.Refused;
import io.lazaret.protocol.Outcome.SendContent;
import io.lazaret.protocol.Outcome.Source;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.SessionLimits;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.Verdict.Incomplete;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every message, field by field, in the order of the specification. */
class MessageCodecTest {
  @Test
  void hello() throws ProtocolException {
    Frame.frame(0x01)
        .u16(1)
        .u16(1)
        .u64(0b100001)
        .text("agent/1")
        .text("desk-17")
        .text("Linux")
        .isExactly(
            new Hello(
                1,
                1,
                Set.of(Capability.REVOCATION, Capability.RENEWAL),
                "agent/1",
                "desk-17",
                "Linux"));
  }

  @Test
  void welcome() throws ProtocolException {
    Frame.frame(0x02)
        .u16(1)
        .u64(0b10)
        .text("appliance/1")
        .text("g-1")
        .u32(256)
        .u16(64)
        .u64(1L << 40)
        .u32(30_000)
        .u64(7)
        .u64(86_400)
        .isExactly(
            new Welcome(
                1,
                Set.of(Capability.REPORTS),
                "appliance/1",
                "g-1",
                new SessionLimits(256, 64, 1L << 40, 30_000),
                7,
                86_400));
  }

  @Test
  void goodbye() throws ProtocolException {
    Frame.frame(0x03).u8(27).text("update").isExactly(new Goodbye(Refusal.SHUTTING_DOWN, "update"));
  }

  @Test
  void pingAndPong() throws ProtocolException {
    Frame.frame(0x04).u64(-2).isExactly(new Ping(-2));
    Frame.frame(0x05).u64(-2).isExactly(new Pong(-2));
  }

  @Test
  void asks() throws ProtocolException {
    Frame.frame(0x10)
        .u16(1)
        .u32(0xFFFFFFFFL)
        .u32(5_000)
        .u8(1)
        .hash(Samples.ABC_HASH)
        .u64(3)
        .u32(4711)
        .u32(1000)
        .text("/opt/Grüße 😀")
        .text("/bin/sh")
        .isExactly(
            new Asks(
                List.of(
                    new Ask(
                        -1,
                        5_000,
                        new Access(
                            Lane.EXECUTE, Samples.ABC, "/opt/Grüße 😀", "/bin/sh", 4711, 1000)))));
  }

  @Test
  void answers() throws ProtocolException {
    Frame.frame(0x11)
        .u16(6)
        .u32(1) // judged: clean
        .u8(1)
        .u64(7)
        .u8(1)
        .u8(1)
        .u32(2) // judged: infected
        .u8(1)
        .u64(7)
        .u8(4)
        .u8(2)
        .text("Eicar-Test-Signature")
        .u32(3) // judged: incomplete
        .u8(1)
        .u64(7)
        .u8(2)
        .u8(3)
        .u8(5)
        .u32(4)
        .u8(2)
        .u32(65_536)
        .u32(5)
        .u8(3)
        .u32(250)
        .u32(6)
        .u8(4)
        .u8(22)
        .isExactly(
            new Answers(
                List.of(
                    new Answer(1, new Judged(Verdict.CLEAN, 7, Source.MEMORY)),
                    new Answer(2, new Judged(Samples.INFECTED, 7, Source.SCAN)),
                    new Answer(
                        3, new Judged(new Incomplete(Verdict.Reason.ENCRYPTED), 7, Source.STORE)),
                    new Answer(4, new SendContent(65_536)),
                    new Answer(5, new Busy(250)),
                    new Answer(6, new Refused(Refusal.CONTENT_TOO_LONG)))));
  }

  @Test
  void cancel() throws ProtocolException {
    Frame.frame(0x12).u32(3).isExactly(new Cancel(3));
  }

  @Test
  void content() throws ProtocolException {
    Frame.frame(0x20)
        .u32(4)
        .u64(1L << 33)
        .u8(1)
        .bytes((byte) 'a', (byte) 'b')
        .isExactly(new ContentPart(4, 1L << 33, true, Samples.ascii("ab")));
    Frame.frame(0x21).u32(4).u8(21).isExactly(new ContentAborted(4, Refusal.CONTENT_UNAVAILABLE));
    Frame.frame(0x22).u32(4).u32(65_536).isExactly(new Credit(4, 65_536));
  }

  @Test
  void pushes() throws ProtocolException {
    Frame.frame(0x30).u64(8).u64(86_400).isExactly(new EpochChanged(8, 86_400));
    Frame.frame(0x31)
        .u16(1)
        .hash(Samples.ABC_HASH)
        .u64(3)
        .u64(8)
        .u8(1)
        .isExactly(new Revoked(List.of(new Revocation(Samples.ABC, Verdict.CLEAN, 8))));
    Frame.frame(0x32)
        .u64(12)
        .u16(1)
        .u16(2)
        .bytes((byte) '{')
        .isExactly(new PolicyPart(12, 1, 2, Samples.ascii("{")));
    Frame.frame(0x35)
        .hash(Samples.ABC_HASH)
        .u64(3)
        .text("/a")
        .isExactly(new Reverify(Samples.ABC, "/a"));
    Frame.frame(0x36)
        .u32(10_000)
        .u16(1)
        .text("vsock:2:7310")
        .isExactly(new Drain(List.of("vsock:2:7310"), 10_000));
  }

  @Test
  void scans() throws ProtocolException {
    Frame.frame(0x33)
        .u64(5)
        .u16(2)
        .text("/home")
        .text("/srv")
        .isExactly(new ScanOrder(5, List.of("/home", "/srv")));
    Frame.optionalFrame(0x34)
        .u64(5)
        .u64(1_000)
        .u64(1L << 40)
        .u64(2)
        .u8(0)
        .isExactly(new ScanProgress(5, 1_000, 1L << 40, 2, false));
  }

  @Test
  void reports() throws ProtocolException {
    Frame.frame(0x40)
        .u64(9)
        .u16(2)
        .u8(2)
        .u16(12 + 53 + 1)
        .u64(Samples.AT.getEpochSecond())
        .u32(250_000_000)
        .u8(5)
        .hash(Samples.EMPTY_HASH)
        .u64(0)
        .u32(0)
        .u32(-1)
        .text("")
        .text("")
        .u8(5)
        .u8(4)
        .u16(12 + 2 + 9)
        .u64(Samples.AT.getEpochSecond())
        .u32(250_000_000)
        .u16(1)
        .u8(7)
        .u64(3)
        .isExactly(
            new Reports(
                9,
                List.of(
                    new Report.Debt(
                        Samples.AT, Samples.UNKNOWN_PROCESS, Report.DebtReason.APPLIANCE_AWAY),
                    new Report.Figures(Samples.AT, Map.of(Report.Figure.DEBT_OPEN, 3L)))));
    Frame.frame(0x41).u64(9).isExactly(new ReportsStored(9));
  }

  @Test
  void identity() throws ProtocolException {
    Frame.frame(0x50)
        .text("lz1.a.b")
        .text("desk")
        .u16(3)
        .bytes(Samples.ascii("DER"))
        .isExactly(new Enrol("lz1.a.b", "desk", Samples.ascii("DER")));
    Frame.frame(0x51).u16(3).bytes(Samples.ascii("DER")).isExactly(new Renew(Samples.ascii("DER")));
    Frame.frame(0x52)
        .text("g-1")
        .u16(2)
        .u16(1)
        .bytes(Samples.ascii("A"))
        .u16(2)
        .bytes(Samples.ascii("CA"))
        .isExactly(new Enrolled("g-1", List.of(Samples.ascii("A"), Samples.ascii("CA"))));
  }

  @Test
  void everyPrefixOfABodyIsMalformed() {
    for (Map.Entry<String, Message> sample : Samples.all().entrySet()) {
      ByteBuffer whole = MessageCodec.encode(sample.getValue());
      boolean endsWithRest =
          sample.getValue() instanceof ContentPart || sample.getValue() instanceof PolicyPart;
      for (int length = Wire.HEADER_BYTES; !endsWithRest && length < whole.limit(); length++) {
        ByteBuffer cut = ByteBuffer.allocate(length).put(whole.slice(0, length)).flip();
        cut.putInt(0, length - Wire.LENGTH_BYTES);
        var e =
            assertThrows(
                ProtocolException.class,
                () -> MessageCodec.decode(cut),
                () -> sample.getKey() + " cut to " + cut.limit());
        assertEquals(Refusal.MALFORMED, e.code());
      }
    }
  }

  @Test
  void whatWasDecodedDoesNotChangeWithTheFrame() throws ProtocolException {
    ByteBuffer frame = MessageCodec.encode(new ContentPart(1, 0, true, Samples.ascii("abc")));

    var decoded = assertInstanceOf(Decoded.Known.class, MessageCodec.decode(frame));
    for (int i = 0; i < frame.limit(); i++) {
      frame.put(i, (byte) 0);
    }

    assertEquals(new ContentPart(1, 0, true, Samples.ascii("abc")), decoded.message());
  }

  @Test
  void encodingLeavesTheMessagesBytesAlone() {
    ContentPart part = new ContentPart(1, 0, true, Samples.ascii("abc"));

    assertEquals(MessageCodec.encode(part), MessageCodec.encode(part));
  }

  @Test
  void textThatInformsIsCutAtACharacter() throws ProtocolException {
    String tooLong = "x".repeat(254) + "ü";

    var decoded =
        MessageCodec.decode(MessageCodec.encode(new Hello(1, 1, Set.of(), tooLong, "", "")));

    Hello hello = assertInstanceOf(Hello.class, ((Decoded.Known) decoded).message());
    assertEquals("x".repeat(254), hello.software());
  }

  @Test
  void textThatActsIsNeverCut() {
    Reverify reverify = new Reverify(Samples.ABC, "/" + "x".repeat(Wire.PATH_BYTES));

    var e = assertThrows(IllegalArgumentException.class, () -> MessageCodec.encode(reverify));
    assertEquals("text: 4097 bytes (expected: at most 4096)", e.getMessage());
  }

  @Test
  void aMessageLongerThanAFrameIsTheCallersMistake() {
    List<Answer> answers = java.util.Collections.nCopies(3_000, new Answer(1, new SendContent(1)));
    ByteBuffer out = ByteBuffer.allocate(1 << 20).position(10);

    assertThrows(
        IllegalArgumentException.class, () -> MessageCodec.encode(new Answers(answers), out));
    assertEquals(10, out.position());
    assertEquals(1 << 20, out.limit());
  }

  @Test
  void aFullBufferStaysAsItWas() {
    ByteBuffer out = ByteBuffer.allocate(20).position(10);

    assertThrows(BufferOverflowException.class, () -> MessageCodec.encode(new Ping(1), out));
    assertEquals(10, out.position());
  }
}
