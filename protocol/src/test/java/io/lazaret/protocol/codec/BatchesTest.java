// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.Answers;
import io.lazaret.protocol.Message.Asks;
import io.lazaret.protocol.Message.PolicyPart;
import io.lazaret.protocol.Message.Reports;
import io.lazaret.protocol.Outcome.Judged;
import io.lazaret.protocol.Outcome.Source;
import io.lazaret.protocol.Report;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lists of any length in frames that are never too long. */
class BatchesTest {
  @Test
  void sizesAreWhatTheCodecWrites() {
    for (Message message : Samples.all().values()) {
      int bytes = MessageCodec.encode(message).remaining();
      assertTrue(bytes <= MessageCodec.sizeBound(message), message::toString);
      switch (message) {
        case Asks(var asks) -> assertEquals(bytes - 8, asks.stream().mapToInt(Batches::size).sum());
        case Answers(var answers) ->
            assertEquals(bytes - 8, answers.stream().mapToInt(Batches::size).sum());
        case Reports reports ->
            assertEquals(bytes - 16, reports.reports().stream().mapToInt(Batches::size).sum());
        default -> {}
      }
    }
  }

  @Test
  void asksKeepToTheFrameAndToTheAppliancesLimit() {
    List<Ask> asks = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      asks.add(new Ask(i, 1_000, access("/" + "ü€😀\uD83Dx".repeat(i * 2))));
    }

    List<Asks> batches = Batches.asks(asks, 64);

    List<Ask> together = new ArrayList<>();
    for (Asks batch : batches) {
      assertTrue(batch.asks().size() <= 64);
      assertTrue(MessageCodec.encode(batch).remaining() <= Wire.FRAME_BYTES);
      together.addAll(batch.asks());
    }
    assertEquals(asks, together);
  }

  @Test
  void anythingLongStillFitsAlone() {
    Access longest = access("/" + "x".repeat(10_000));

    assertEquals(1, Batches.asks(List.of(new Ask(1, 1, longest)), 64).size());
    List<List<Report>> reports =
        Batches.reports(
            List.of(
                new Report.Debt(Samples.AT, longest, Report.DebtReason.OVERLOAD),
                new Report.DebtPaid(Samples.AT, longest, Samples.INFECTED)));
    assertEquals(2, reports.size());
    for (List<Report> some : reports) {
      MessageCodec.encode(new Reports(1, some));
    }
  }

  @Test
  void anEmptyListIsNoMessage() {
    assertEquals(List.of(), Batches.answers(List.of()));
  }

  @Test
  void aFullFrameOfAnswersIsFull() {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      answers.add(new Answer(i, new Judged(Samples.INFECTED, 1, Source.MEMORY)));
    }

    List<Answers> batches = Batches.answers(answers);

    int bytes = MessageCodec.encode(batches.getFirst()).remaining();
    assertTrue(bytes > Wire.FRAME_BYTES - Batches.size(answers.getFirst()), "bytes: " + bytes);
  }

  @Test
  void aPolicyIsItsPartsInOrder() {
    ByteBuffer document = ByteBuffer.allocate(2 * Wire.CHUNK_BYTES + 1);
    for (int i = 0; i < document.capacity(); i++) {
      document.put(i, (byte) i);
    }

    List<PolicyPart> parts = Batches.policy(3, document);

    ByteBuffer together = ByteBuffer.allocate(document.capacity());
    for (PolicyPart part : parts) {
      assertEquals(3, part.parts());
      MessageCodec.encode(part);
      together.put(part.bytes().duplicate());
    }
    assertEquals(document, together.flip());
    assertEquals(1, Batches.policy(4, ByteBuffer.allocate(0)).size());
  }

  private static Access access(String path) {
    return new Access(Lane.OPEN, Samples.ABC, path, path, 1, 1);
  }
}
