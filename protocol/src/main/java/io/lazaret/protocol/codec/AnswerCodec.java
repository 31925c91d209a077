// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Message.Answers;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Outcome.Busy;
import io.lazaret.protocol.Outcome.Judged;
import io.lazaret.protocol.Outcome.Refused;
import io.lazaret.protocol.Outcome.SendContent;
import io.lazaret.protocol.Outcome.Source;
import java.nio.ByteBuffer;
import java.util.List;

/** Body of what the appliance answers. */
final class AnswerCodec {
  private static final int JUDGED = 1;
  private static final int SEND_CONTENT = 2;
  private static final int BUSY = 3;
  private static final int REFUSED = 4;
  private static final int FIXED_BYTES = 4 + 1;
  private static final int LEAST_BYTES = FIXED_BYTES + 1;

  private static final WireEnum<Source> SOURCES =
      new WireEnum<>("source", Source.values(), Source::wire);

  private AnswerCodec() {}

  static MessageType encode(Answers message, ByteBuffer out) {
    List<Answer> answers = message.answers();
    Fields.putCount(out, answers.size());
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i);
      out.putInt(answer.id());
      encode(answer.outcome(), out);
    }
    return MessageType.ANSWERS;
  }

  static Answers answers(ByteBuffer in) throws ProtocolException {
    Answer[] answers = new Answer[Fields.count(in, LEAST_BYTES)];
    for (int i = 0; i < answers.length; i++) {
      answers[i] = new Answer(in.getInt(), outcome(in));
    }
    return new Answers(List.of(answers));
  }

  private static void encode(Outcome outcome, ByteBuffer out) {
    switch (outcome) {
      case Judged judged -> {
        out.put((byte) JUDGED);
        out.putLong(judged.epoch());
        out.put((byte) judged.source().wire());
        VerdictCodec.encode(judged.verdict(), out);
      }
      case SendContent(int credit) -> out.put((byte) SEND_CONTENT).putInt(credit);
      case Busy(int retryAfterMillis) -> out.put((byte) BUSY).putInt(retryAfterMillis);
      case Refused refused -> {
        out.put((byte) REFUSED);
        Fields.putRefusal(out, refused.code());
      }
    }
  }

  private static Outcome outcome(ByteBuffer in) throws ProtocolException {
    int kind = in.get();
    return switch (kind) {
      case JUDGED -> {
        long epoch = in.getLong();
        Source source = SOURCES.read(in);
        yield new Judged(VerdictCodec.decode(in), epoch, source);
      }
      case SEND_CONTENT -> new SendContent(in.getInt());
      case BUSY -> new Busy(in.getInt());
      case REFUSED -> new Refused(Fields.refusal(in));
      default -> throw ProtocolException.malformed("outcome: " + kind + " (expected: 1 to 4)");
    };
  }

  static int size(Answer answer) {
    return FIXED_BYTES
        + switch (answer.outcome()) {
          case Judged judged -> 8 + 1 + VerdictCodec.size(judged.verdict());
          case SendContent _, Busy _ -> 4;
          case Refused _ -> 1;
        };
  }
}
