// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Message.Answers;
import io.lazaret.protocol.Message.Asks;
import io.lazaret.protocol.Message.PolicyPart;
import io.lazaret.protocol.Message.Revoked;
import io.lazaret.protocol.Message.ScanOrder;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Revocation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/** Cuts lists that may be longer than a frame into messages that are not, in the same order. */
public final class Batches {
  private static final int MOST_ITEMS = 0xFFFF;
  private static final int ROOM = Wire.FRAME_BYTES - Wire.HEADER_BYTES - 2;
  private static final int NUMBERED_ROOM = ROOM - 8;

  private Batches() {}

  /** At most so many asks in a message as the appliance said in Welcome. */
  public static List<Asks> asks(List<Ask> asks, int asksPerBatch) {
    return split(asks, AskCodec::size, ROOM, asksPerBatch, Asks::new);
  }

  public static List<Answers> answers(List<Answer> answers) {
    return split(answers, AnswerCodec::size, ROOM, MOST_ITEMS, Answers::new);
  }

  public static List<Revoked> revocations(List<Revocation> revocations) {
    return split(revocations, PushCodec::size, ROOM, MOST_ITEMS, Revoked::new);
  }

  /** The lists that fit one {@code Reports} each; the caller numbers them. */
  public static List<List<Report>> reports(List<Report> reports) {
    return split(reports, ReportCodec::size, NUMBERED_ROOM, MOST_ITEMS, Function.identity());
  }

  /** Messages with the same order number add up to one order. */
  public static List<ScanOrder> scanOrder(long order, List<String> paths) {
    return split(
        paths,
        path -> Text.size(path, Wire.PATH_BYTES),
        NUMBERED_ROOM,
        MOST_ITEMS,
        some -> new ScanOrder(order, some));
  }

  /** Parts share the document's bytes; an empty document is one empty part. */
  public static List<PolicyPart> policy(long version, ByteBuffer document) {
    int parts = Math.max(1, Math.ceilDiv(document.remaining(), Wire.CHUNK_BYTES));
    List<PolicyPart> messages = new ArrayList<>(parts);
    for (int part = 0; part < parts; part++) {
      int from = part * Wire.CHUNK_BYTES;
      int length = Math.min(Wire.CHUNK_BYTES, document.remaining() - from);
      messages.add(
          new PolicyPart(version, part, parts, document.slice(document.position() + from, length)));
    }
    return messages;
  }

  /** Bytes of one ask in a batch. */
  public static int size(Ask ask) {
    return AskCodec.size(ask);
  }

  /** Bytes of one answer in a batch. */
  public static int size(Answer answer) {
    return AnswerCodec.size(answer);
  }

  /** Bytes of one report in a batch. */
  public static int size(Report report) {
    return ReportCodec.size(report);
  }

  private static <T, M> List<M> split(
      List<T> items, ToIntFunction<T> size, int room, int mostItems, Function<List<T>, M> message) {
    List<M> messages = new ArrayList<>(1);
    int first = 0;
    int bytes = 0;
    for (int i = 0; i < items.size(); i++) {
      int next = size.applyAsInt(items.get(i));
      if (i > first && (bytes + next > room || i - first == mostItems)) {
        messages.add(message.apply(items.subList(first, i)));
        first = i;
        bytes = 0;
      }
      bytes += next;
    }
    if (first < items.size()) {
      messages.add(message.apply(items.subList(first, items.size())));
    }
    return messages;
  }
}
