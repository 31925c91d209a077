// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.agent.client.ReportOutbox.Kept;
import io.lazaret.agent.journal.Journal;
import io.lazaret.agent.journal.JournalThread;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.codec.MessageReader;
import io.lazaret.protocol.codec.MessageWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The reports that wait, on disk: a record is a report's number and, if it is new, the report as it
 * goes over the wire. A number alone says that it waits no more.
 */
final class ReportJournal implements AutoCloseable {
  private final Journal journal;
  private final Encoder encoder;

  private ReportJournal(Journal journal, Encoder encoder) {
    this.journal = journal;
    this.encoder = encoder;
  }

  /** Gives the reports that an earlier run has left, oldest first. */
  static ReportJournal open(
      Path file,
      Consumer<Report> earlier,
      Supplier<List<Kept>> all,
      JournalThread thread,
      Counters counters)
      throws IOException {
    Map<Long, Report> left = new LinkedHashMap<>();
    Encoder encoder = new Encoder();
    Journal journal =
        Journal.open(
            file,
            bytes -> read(bytes, left),
            records ->
                all.get().stream()
                    .filter(ReportJournal::lasts)
                    .forEach(kept -> records.accept(encoder.record(kept))),
            thread,
            counters);
    left.values().forEach(earlier);
    return new ReportJournal(journal, encoder);
  }

  /** The numbers of an earlier run count no more: the file is written with those of this one. */
  void startAnew() {
    journal.rewrite();
  }

  void kept(Kept kept) {
    if (lasts(kept)) {
      journal.append(encoder.record(kept));
    }
  }

  void gone(Kept kept) {
    if (lasts(kept)) {
      journal.append(ByteBuffer.allocate(Long.BYTES).putLong(kept.number()).array());
    }
  }

  private static boolean lasts(Kept kept) {
    return !(kept.report() instanceof Report.Figures);
  }

  /** One writer and its buffer for all records. */
  private static final class Encoder {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    private final MessageWriter writer = new MessageWriter(bytes);

    synchronized byte[] record(Kept kept) {
      bytes.reset();
      try {
        bytes.write(ByteBuffer.allocate(Long.BYTES).putLong(kept.number()).array());
        writer.write(new Message.Reports(kept.number(), List.of(kept.report())));
        writer.flush();
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
      return bytes.toByteArray();
    }
  }

  private static void read(byte[] bytes, Map<Long, Report> left) {
    long number = ByteBuffer.wrap(bytes).getLong();
    if (bytes.length == Long.BYTES) {
      left.remove(number);
      return;
    }
    try {
      var in = new ByteArrayInputStream(bytes, Long.BYTES, bytes.length - Long.BYTES);
      if (new MessageReader(in).read() instanceof Message.Reports(long sequence, var reports)
          && !reports.isEmpty()) {
        left.put(sequence, reports.getFirst());
      }
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }

  @Override
  public void close() throws IOException {
    journal.close();
  }
}
