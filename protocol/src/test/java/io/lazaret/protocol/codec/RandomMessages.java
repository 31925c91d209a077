// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Capability;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.*;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.SessionLimits;
import io.lazaret.protocol.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Any message that may be sent, drawn from a fuzzer's bytes. */
final class RandomMessages {
  private static final int MOST_ITEMS = 20;
  private static final int TEXT_CHARACTERS = 60; // at most 180 bytes, so that nothing is cut

  private final FuzzedDataProvider data;

  private RandomMessages(FuzzedDataProvider data) {
    this.data = data;
  }

  static Message next(FuzzedDataProvider data) {
    return new RandomMessages(data).message();
  }

  private Message message() {
    int parts = data.consumeInt(1, 0xFFFF);
    return switch (data.pickValue(MessageType.values())) {
      case HELLO -> hello();
      case WELCOME -> welcome();
      case GOODBYE -> new Goodbye(of(Refusal.values()), text());
      case PING -> new Ping(data.consumeLong());
      case PONG -> new Pong(data.consumeLong());
      case ASKS -> new Asks(list(() -> new Ask(data.consumeInt(), positive(), access())));
      case ANSWERS -> new Answers(list(() -> new Answer(data.consumeInt(), outcome())));
      case CANCEL -> new Cancel(data.consumeInt());
      case CONTENT_PART ->
          new ContentPart(data.consumeInt(), notNegative(), data.consumeBoolean(), bytes());
      case CONTENT_ABORTED -> new ContentAborted(data.consumeInt(), of(Refusal.values()));
      case CREDIT -> new Credit(data.consumeInt(), positive());
      case EPOCH_CHANGED -> new EpochChanged(data.consumeLong(), data.consumeLong());
      case REVOKED ->
          new Revoked(list(() -> new Revocation(content(), verdict(), data.consumeLong())));
      case POLICY_PART ->
          new PolicyPart(data.consumeLong(), data.consumeInt(0, parts - 1), parts, bytes());
      case SCAN_ORDER -> new ScanOrder(data.consumeLong(), list(this::text));
      case SCAN_PROGRESS ->
          new ScanProgress(
              data.consumeLong(),
              data.consumeLong(),
              data.consumeLong(),
              data.consumeLong(),
              data.consumeBoolean());
      case REVERIFY -> new Reverify(content(), text());
      case DRAIN -> new Drain(list(this::text), data.consumeInt());
      case REPORTS -> new Reports(data.consumeLong(), list(this::report));
      case REPORTS_STORED -> new ReportsStored(data.consumeLong());
      case ENROL -> new Enrol(text(), text(), bytes());
      case RENEW -> new Renew(bytes());
      case ENROLLED -> new Enrolled(text(), List.of(bytes(), bytes()));
    };
  }

  private Hello hello() {
    int lowest = data.consumeInt(1, 0xFFFF);
    return new Hello(
        lowest, data.consumeInt(lowest, 0xFFFF), capabilities(), text(), text(), text());
  }

  private Welcome welcome() {
    SessionLimits limits =
        new SessionLimits(positive(), data.consumeInt(1, 0xFFFF), notNegative(), positive());
    return new Welcome(
        data.consumeInt(1, 0xFFFF),
        capabilities(),
        text(),
        text(),
        limits,
        data.consumeLong(),
        notNegative());
  }

  private Outcome outcome() {
    return switch (data.consumeInt(1, 4)) {
      case 1 -> new Outcome.Judged(verdict(), data.consumeLong(), of(Outcome.Source.values()));
      case 2 -> new Outcome.SendContent(positive());
      case 3 -> new Outcome.Busy(positive());
      default -> new Outcome.Refused(of(Refusal.values()));
    };
  }

  private Verdict verdict() {
    return switch (data.consumeInt(1, 3)) {
      case 1 -> Verdict.CLEAN;
      case 2 -> infected();
      default -> new Verdict.Incomplete(of(Verdict.Reason.values()));
    };
  }

  private Verdict.Infected infected() {
    return new Verdict.Infected("T" + text());
  }

  private Report report() {
    Instant at = Instant.ofEpochSecond(data.consumeInt(), data.consumeInt(0, 999_999_999));
    return switch (data.consumeInt(1, 5)) {
      case 1 -> new Report.Detection(at, access(), infected(), of(Report.Action.values()));
      case 2 -> new Report.Debt(at, access(), of(Report.DebtReason.values()));
      case 3 -> new Report.DebtPaid(at, access(), verdict());
      case 5 -> new Report.PolicyResult(at, data.consumeLong(), data.consumeBoolean(), text());
      default -> new Report.Figures(at, figures());
    };
  }

  private Map<Report.Figure, Long> figures() {
    Map<Report.Figure, Long> figures = new EnumMap<>(Report.Figure.class);
    for (Report.Figure figure : Report.Figure.values()) {
      if (data.consumeBoolean()) {
        figures.put(figure, data.consumeLong());
      }
    }
    return figures;
  }

  private Access access() {
    return new Access(
        of(Lane.values()), content(), text(), text(), data.consumeInt(), data.consumeInt());
  }

  private ContentKey content() {
    return new ContentKey(
        new ContentHash(
            data.consumeLong(), data.consumeLong(), data.consumeLong(), data.consumeLong()),
        notNegative());
  }

  private Set<Capability> capabilities() {
    Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
    for (Capability capability : Capability.values()) {
      if (data.consumeBoolean()) {
        capabilities.add(capability);
      }
    }
    return capabilities;
  }

  private <T> List<T> list(Supplier<T> item) {
    int count = data.consumeInt(0, MOST_ITEMS);
    List<T> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(item.get());
    }
    return items;
  }

  private <T> T of(T[] values) {
    return data.pickValue(values);
  }

  private int positive() {
    return data.consumeInt(1, Integer.MAX_VALUE);
  }

  private long notNegative() {
    return data.consumeLong(0, Long.MAX_VALUE);
  }

  /** Without unpaired surrogates, which no UTF-8 has. */
  private String text() {
    byte[] utf8 = data.consumeString(TEXT_CHARACTERS).getBytes(StandardCharsets.UTF_8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private ByteBuffer bytes() {
    return ByteBuffer.wrap(data.consumeBytes(500));
  }
}
