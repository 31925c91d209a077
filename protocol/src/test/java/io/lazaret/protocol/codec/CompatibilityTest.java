// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.lazaret.protocol.Capability;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.Answers;
import io.lazaret.protocol.Message.Asks;
import io.lazaret.protocol.Message.Goodbye;
import io.lazaret.protocol.Message.Hello;
import io.lazaret.protocol.Message.Reports;
import io.lazaret.protocol.Message.Welcome;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Older and newer peers: recorded bytes of version 1, and what a later version may do to us. */
class CompatibilityTest {
  private static final Path RECORDED = Path.of("src/test/resources/recorded");

  @Test
  void recordedVersion1GuestIsUnderstood() throws IOException {
    List<Message> session = readAll(RECORDED.resolve("version-1-guest.hex"));

    Hello hello = assertInstanceOf(Hello.class, session.get(0));
    assertEquals(
        new Negotiation.Agreed(1, Set.of(Capability.REVOCATION, Capability.REPORTS)),
        Negotiation.of(hello, EnumSet.allOf(Capability.class)));
    Asks asks = assertInstanceOf(Asks.class, session.get(1));
    assertEquals(2, asks.asks().size());
    assertEquals("/usr/bin/ls", asks.asks().get(0).access().path());
    assertEquals(Samples.ABC, asks.asks().get(1).access().content());
    assertEquals(new Message.ContentPart(2, 0, true, Samples.ascii("abc")), session.get(2));
    assertEquals(new Message.Ping(1), session.get(3));
  }

  @Test
  void recordedVersion1ApplianceIsUnderstood() throws IOException {
    List<Message> session = readAll(RECORDED.resolve("version-1-appliance.hex"));

    Welcome welcome = assertInstanceOf(Welcome.class, session.get(0));
    Hello ours = new Hello(1, 1, EnumSet.allOf(Capability.class), "", "", "");
    assertEquals(
        new Negotiation.Agreed(1, Set.of(Capability.REVOCATION, Capability.REPORTS)),
        Negotiation.of(ours, welcome));
    Answers answers = assertInstanceOf(Answers.class, session.get(1));
    assertEquals(new Outcome.SendContent(65_536), answers.answers().get(1).outcome());
    assertEquals(new Goodbye(Refusal.SHUTTING_DOWN, ""), session.get(2));
  }

  @Test
  void aNewerGuestIsServedWithVersion1() throws ProtocolException {
    ByteBuffer hello =
        Frame.frame(0x01)
            .u16(1)
            .u16(3)
            .u64(0xFFFF_FFFF_0000_0003L)
            .text("agent/9")
            .text("desk")
            .text("Linux 9")
            .text("a field that version 3 appended")
            .bytes();

    Hello decoded = assertInstanceOf(Hello.class, known(hello));

    assertEquals(
        new Negotiation.Agreed(1, Set.of(Capability.REVOCATION, Capability.REPORTS)),
        Negotiation.of(decoded, EnumSet.allOf(Capability.class)));
  }

  @Test
  void aGuestThatIsTooNewIsRefused() {
    Hello hello = new Hello(2, 3, Set.of(), "", "", "");

    assertEquals(
        new Negotiation.NoCommonVersion("version: 2 to 3 (expected: 1 to 1)"),
        Negotiation.of(hello, Set.of()));
  }

  @Test
  void anApplianceMayNotChooseWhatWasNotOffered() {
    Hello ours = new Hello(1, 1, Set.of(Capability.REPORTS), "", "", "");
    Welcome welcome =
        new Welcome(2, Set.of(), "", "g", new io.lazaret.protocol.SessionLimits(1, 1, 1, 1), 1, 1);

    assertEquals(
        new Negotiation.NoCommonVersion("version: 2 (expected: 1 to 1)"),
        Negotiation.of(ours, welcome));
  }

  @Test
  void unknownReportsAndFiguresAreSkipped() throws ProtocolException {
    ByteBuffer reports =
        Frame.frame(0x40)
            .u64(9)
            .u16(2)
            .u8(200)
            .u16(3)
            .u8(1)
            .u8(2)
            .u8(3)
            .u8(4)
            .u16(8 + 4 + 2 + 2 * 9)
            .u64(Samples.AT.getEpochSecond())
            .u32(Samples.AT.getNano())
            .u16(2)
            .u8(250)
            .u64(1)
            .u8(1)
            .u64(20)
            .bytes();

    assertEquals(
        new Reports(
            9,
            List.of(
                new io.lazaret.protocol.Report.Figures(
                    Samples.AT,
                    java.util.Map.of(io.lazaret.protocol.Report.Figure.OPENS_SEEN, 20L)))),
        known(reports));
  }

  @Test
  void unknownRefusalsAndReasonsKeepTheirMeaning() throws ProtocolException {
    ByteBuffer goodbye = Frame.frame(0x03).u8(255).text("new").bytes();
    ByteBuffer answers = Frame.frame(0x11).u16(1).u32(1).u8(1).u64(7).u8(1).u8(3).u8(99).bytes();

    assertEquals(new Goodbye(Refusal.INTERNAL, "new"), known(goodbye));
    Answers decoded = assertInstanceOf(Answers.class, known(answers));
    assertEquals(
        new Outcome.Judged(
            new Verdict.Incomplete(Verdict.Reason.OTHER_LIMIT), 7, Outcome.Source.MEMORY),
        decoded.answers().getFirst().outcome());
  }

  @Test
  void anOptionalFlagOnAKnownTypeChangesNothing() throws ProtocolException {
    ByteBuffer ping = Frame.optionalFrame(0x04).u64(5).bytes();

    assertEquals(new Message.Ping(5), known(ping));
  }

  private static Message known(ByteBuffer frame) throws ProtocolException {
    return assertInstanceOf(Decoded.Known.class, MessageCodec.decode(frame)).message();
  }

  private static List<Message> readAll(Path file) throws IOException {
    String hex = Files.readString(file).replaceAll("#.*", "").replaceAll("\\s", "");
    InputStream in = new ByteArrayInputStream(HexFormat.of().parseHex(hex));
    MessageReader reader = new MessageReader(in);
    List<Message> messages = new ArrayList<>();
    try {
      while (true) {
        messages.add(reader.read());
      }
    } catch (EOFException e) {
      return messages;
    }
  }
}
