// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Message.Reports;
import io.lazaret.protocol.Message.ReportsStored;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Report.Action;
import io.lazaret.protocol.Report.Debt;
import io.lazaret.protocol.Report.DebtPaid;
import io.lazaret.protocol.Report.DebtReason;
import io.lazaret.protocol.Report.Detection;
import io.lazaret.protocol.Report.Figure;
import io.lazaret.protocol.Report.Figures;
import io.lazaret.protocol.Report.PolicyResult;
import io.lazaret.protocol.Verdict.Infected;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Bodies of what a guest reports: each report says its type and length, so it can be skipped. */
final class ReportCodec {
  private static final int DETECTION = 1;
  private static final int DEBT = 2;
  private static final int DEBT_PAID = 3;
  private static final int FIGURES = 4;
  private static final int POLICY_RESULT = 5;
  private static final int HEAD_BYTES = 1 + 2;
  private static final int INSTANT_BYTES = 8 + 4;
  private static final int FIGURE_BYTES = 1 + 8;

  private static final Figure[] ALL_FIGURES = Figure.values();
  private static final WireEnum<Figure> FIGURE =
      new WireEnum<>("figure", ALL_FIGURES, Figure::wire);
  private static final WireEnum<Action> ACTIONS =
      new WireEnum<>("action", Action.values(), Action::wire);
  private static final WireEnum<DebtReason> DEBT_REASONS =
      new WireEnum<>("debt reason", DebtReason.values(), DebtReason::wire);

  private ReportCodec() {}

  static MessageType encode(Reports message, ByteBuffer out) {
    out.putLong(message.sequence());
    Fields.putCount(out, message.reports().size());
    for (Report report : message.reports()) {
      int head = out.position();
      out.position(Math.min(head + HEAD_BYTES, out.limit()));
      int type = encode(report, out);
      out.put(head, (byte) type);
      out.putShort(head + 1, (short) (out.position() - head - HEAD_BYTES));
    }
    return MessageType.REPORTS;
  }

  static Reports reports(ByteBuffer in) throws ProtocolException {
    long sequence = in.getLong();
    int count = Fields.count(in, HEAD_BYTES);
    List<Report> reports = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int type = in.get() & 0xFF;
      int length = Fields.u16(in);
      if (length > in.remaining()) {
        throw ProtocolException.malformed(
            "report: " + length + " bytes (expected: at most " + in.remaining() + ")");
      }
      ByteBuffer body = in.slice(in.position(), length);
      in.position(in.position() + length);
      switch (type) {
        case DETECTION -> reports.add(detection(body));
        case DEBT -> reports.add(debt(body));
        case DEBT_PAID -> reports.add(debtPaid(body));
        case FIGURES -> reports.add(figures(body));
        case POLICY_RESULT -> reports.add(policyResult(body));
        default -> body.position(length); // a newer guest's report
      }
      if (body.hasRemaining()) {
        throw ProtocolException.malformed("report: " + body.remaining() + " bytes too many");
      }
    }
    return new Reports(sequence, reports);
  }

  private static int encode(Report report, ByteBuffer out) {
    return switch (report) {
      case Detection detection -> {
        putInstant(out, detection.at());
        AskCodec.encode(detection.access(), out);
        Text.put(out, detection.verdict().threat(), Wire.NAME_BYTES);
        out.put((byte) detection.action().wire());
        yield DETECTION;
      }
      case Debt debt -> {
        putInstant(out, debt.at());
        AskCodec.encode(debt.access(), out);
        out.put((byte) debt.reason().wire());
        yield DEBT;
      }
      case DebtPaid paid -> {
        putInstant(out, paid.at());
        AskCodec.encode(paid.access(), out);
        VerdictCodec.encode(paid.verdict(), out);
        yield DEBT_PAID;
      }
      case Figures figures -> {
        putInstant(out, figures.at());
        encode(figures.values(), out);
        yield FIGURES;
      }
      case PolicyResult result -> {
        putInstant(out, result.at());
        out.putLong(result.version());
        Fields.putFlag(out, result.inForce());
        Text.put(out, result.detail(), Wire.DETAIL_BYTES);
        yield POLICY_RESULT;
      }
    };
  }

  private static Detection detection(ByteBuffer in) throws ProtocolException {
    return new Detection(
        instant(in),
        AskCodec.access(in),
        new Infected(Text.read(in, Wire.NAME_BYTES)),
        ACTIONS.read(in));
  }

  private static Debt debt(ByteBuffer in) throws ProtocolException {
    return new Debt(instant(in), AskCodec.access(in), DEBT_REASONS.read(in));
  }

  private static DebtPaid debtPaid(ByteBuffer in) throws ProtocolException {
    return new DebtPaid(instant(in), AskCodec.access(in), VerdictCodec.decode(in));
  }

  private static PolicyResult policyResult(ByteBuffer in) throws ProtocolException {
    return new PolicyResult(
        instant(in), in.getLong(), Fields.flag(in), Text.read(in, Wire.DETAIL_BYTES));
  }

  private static void encode(Map<Figure, Long> values, ByteBuffer out) {
    Fields.putCount(out, values.size());
    for (Figure figure : ALL_FIGURES) {
      Long value = values.get(figure);
      if (value != null) {
        out.put((byte) figure.wire()).putLong(value);
      }
    }
  }

  private static Figures figures(ByteBuffer in) throws ProtocolException {
    Instant at = instant(in);
    int count = Fields.count(in, FIGURE_BYTES);
    Map<Figure, Long> values = new EnumMap<>(Figure.class);
    for (int i = 0; i < count; i++) {
      Figure figure = FIGURE.of(in.get() & 0xFF);
      long value = in.getLong();
      if (figure != null) {
        values.put(figure, value);
      }
    }
    return new Figures(at, values);
  }

  static int size(Report report) {
    return HEAD_BYTES
        + INSTANT_BYTES
        + switch (report) {
          case Detection detection ->
              AskCodec.size(detection.access())
                  + Text.size(detection.verdict().threat(), Wire.NAME_BYTES)
                  + 1;
          case Debt debt -> AskCodec.size(debt.access()) + 1;
          case DebtPaid paid -> AskCodec.size(paid.access()) + VerdictCodec.size(paid.verdict());
          case Figures figures -> 2 + figures.values().size() * FIGURE_BYTES;
          case PolicyResult result -> 8 + 1 + Text.size(result.detail(), Wire.DETAIL_BYTES);
        };
  }

  private static void putInstant(ByteBuffer out, Instant at) {
    out.putLong(at.getEpochSecond());
    out.putInt(at.getNano());
  }

  private static Instant instant(ByteBuffer in) throws ProtocolException {
    long seconds = in.getLong();
    int nanos = in.getInt();
    if (seconds < Instant.MIN.getEpochSecond()
        || seconds > Instant.MAX.getEpochSecond()
        || nanos < 0
        || nanos > 999_999_999) {
      throw ProtocolException.malformed("time: " + seconds + " s " + nanos + " ns (out of range)");
    }
    return Instant.ofEpochSecond(seconds, nanos);
  }

  static MessageType encode(ReportsStored stored, ByteBuffer out) {
    out.putLong(stored.sequence());
    return MessageType.REPORTS_STORED;
  }

  static ReportsStored stored(ByteBuffer in) {
    return new ReportsStored(in.getLong());
  }
}
