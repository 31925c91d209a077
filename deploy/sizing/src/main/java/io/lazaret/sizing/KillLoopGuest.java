// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.codec.MessageReader;
import io.lazaret.protocol.codec.MessageWriter;
import io.lazaret.protocol.codec.Wire;
import io.lazaret.protocol.tls.ClientTls;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A guest that keeps in mind what its appliance told it, also when that dies; for one thread. */
final class KillLoopGuest {
  private static final int INFECTED_EVERY = 7;
  private static final int REPORT_EVERY = 3;
  private static final int TIMEOUT_MILLIS = 30_000;

  private final TlsIdentity identity;
  private final int number;
  private final Map<ContentKey, Verdict> told = new LinkedHashMap<>();
  private final Set<String> acknowledged = new LinkedHashSet<>();
  private int files;
  private long sequence;

  KillLoopGuest(TlsIdentity identity, int number) {
    this.identity = identity;
    this.number = number;
  }

  /** The verdicts that it got. */
  int verdicts() {
    return told.size();
  }

  /** The reports that were acknowledged, by the paths in them; the caller may take them out. */
  Set<String> acknowledged() {
    return acknowledged;
  }

  /** Asks about files that nobody has seen, and reports, until the connection breaks. */
  void load(InetSocketAddress appliance) {
    try (Session session = new Session(appliance)) {
      while (true) {
        byte[] content = content(files++);
        ContentKey key = key(content);
        if (session.ask(key, content) instanceof Outcome.Judged(Verdict verdict, long _, var _)) {
          told.put(key, verdict);
        }
        if (files % REPORT_EVERY == 0) {
          session.report(key, "/kill-loop/%d/%d".formatted(number, ++sequence), sequence);
        }
      }
    } catch (IOException e) {
      // That is what it waited for: the appliance was killed.
      System.err.println("guest " + number + ": " + e.getMessage());
    }
  }

  /** Asks again about everything; says what was not remembered, empty when all was. */
  String verify(InetSocketAddress appliance) throws IOException {
    try (Session session = new Session(appliance)) {
      for (Map.Entry<ContentKey, Verdict> one : told.entrySet()) {
        Outcome outcome = session.ask(one.getKey(), null);
        boolean same =
            outcome instanceof Outcome.Judged(Verdict verdict, long _, Outcome.Source source)
                && verdict.equals(one.getValue())
                && (source == Outcome.Source.MEMORY || source == Outcome.Source.STORE);
        if (!same) {
          return one + " became " + outcome;
        }
      }
    }
    return "";
  }

  private byte[] content(int file) {
    String text = "guest %d file %d: words and words%n".formatted(number, file);
    return ((file % INFECTED_EVERY == 0 ? testString() : "") + text.repeat(1 + file % 200))
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** In pieces, so that a scanner on somebody's machine does not eat this file. */
  private static String testString() {
    return String.join(
        "", "X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*");
  }

  private static ContentKey key(byte[] content) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return new ContentKey(ContentHash.of(hash), content.length);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }

  /** A session on a blocking socket, one request after the other. */
  private final class Session implements AutoCloseable {
    private final Socket socket;
    private final MessageReader reader;
    private final MessageWriter writer;
    private int ids;

    Session(InetSocketAddress appliance) throws IOException {
      Socket plain = new Socket(appliance.getAddress(), appliance.getPort());
      plain.setSoTimeout(TIMEOUT_MILLIS);
      plain.setTcpNoDelay(true);
      socket = ClientTls.forGuest(identity).secure(plain);
      reader = new MessageReader(socket.getInputStream());
      writer = new MessageWriter(socket.getOutputStream());
      send(
          new Message.Hello(
              Wire.OLDEST_VERSION, Wire.VERSION, Set.of(), "lazaret-sizing", "kill", "simulated"));
      if (!(read() instanceof Message.Welcome)) {
        throw new IOException("session: refused");
      }
    }

    /** The final outcome, or that content is wanted when there is none to send. */
    Outcome ask(ContentKey key, byte @org.jspecify.annotations.Nullable [] content)
        throws IOException {
      int id = ids++;
      Access access = new Access(Lane.OPEN, key, "/kill-loop", "/bin/load", 1, 0);
      send(new Message.Asks(List.of(new Ask(id, TIMEOUT_MILLIS, access))));
      while (true) {
        if (!(read() instanceof Message.Answers(List<Answer> answers))) {
          continue;
        }
        Outcome outcome = answers.getFirst().outcome();
        if (!(outcome instanceof Outcome.SendContent) || content == null) {
          return outcome;
        }
        send(new Message.ContentPart(id, 0, true, ByteBuffer.wrap(content)));
      }
    }

    void report(ContentKey key, String path, long sequence) throws IOException {
      Access access = new Access(Lane.OPEN, key, path, "/bin/load", 1, 0);
      send(
          new Message.Reports(
              sequence,
              List.of(new Report.Debt(Instant.now(), access, Report.DebtReason.DEADLINE))));
      Message answer = read();
      while (!(answer instanceof Message.ReportsStored)) {
        answer = read();
      }
      acknowledged.add(path);
    }

    private void send(Message message) throws IOException {
      writer.write(message);
      writer.flush();
    }

    private Message read() throws IOException {
      Message message = reader.read();
      if (message instanceof Message.Ping(long token)) {
        send(new Message.Pong(token));
      } else if (message instanceof Message.Goodbye goodbye) {
        throw new IOException(goodbye.toString());
      }
      return message;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
