// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Capability;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.Welcome;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.codec.MessageReader;
import io.lazaret.protocol.codec.MessageWriter;
import io.lazaret.protocol.codec.Wire;
import io.lazaret.protocol.tls.CertificateRequests;
import io.lazaret.protocol.tls.ClientTls;
import io.lazaret.protocol.tls.EnrolmentToken;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A guest on a blocking socket that does exactly what a test tells it, for one thread. */
final class TestGuest implements AutoCloseable {
  static final int READ_MILLIS = 20_000;
  private static final int DEADLINE_MILLIS = 30_000;

  private final Socket socket;
  private final OutputStream out;
  private final MessageReader reader;
  private final MessageWriter writer;
  private final Map<Integer, Outcome> outcomes = new HashMap<>();
  private final Map<Integer, Integer> credits = new HashMap<>();
  private final List<Message> others = new ArrayList<>();

  private TestGuest(Socket socket) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
    this.reader = new MessageReader(socket.getInputStream());
    this.writer = new MessageWriter(out);
  }

  /** A TLS connection on which nothing was said. */
  static TestGuest connect(InetSocketAddress address, ClientTls tls) throws IOException {
    Socket plain = new Socket(address.getAddress(), address.getPort());
    plain.setSoTimeout(READ_MILLIS);
    plain.setTcpNoDelay(true);
    return new TestGuest(tls.secure(plain));
  }

  /** An open session. */
  static TestGuest open(InetSocketAddress address, TlsIdentity identity) throws IOException {
    TestGuest guest = connect(address, ClientTls.forGuest(identity));
    guest.send(hello(Wire.OLDEST_VERSION, Wire.VERSION));
    if (!(guest.read() instanceof Welcome)) {
      throw new AssertionError("no Welcome");
    }
    return guest;
  }

  static Message hello(int lowest, int highest) {
    return new Message.Hello(
        lowest, highest, EnumSet.allOf(Capability.class), "test/1", "host", "test");
  }

  /** Exchanges a token for an identity. */
  static TlsIdentity enrol(InetSocketAddress address, EnrolmentToken token)
      throws IOException, GeneralSecurityException {
    KeyPair keys = CertificateRequests.newKeyPair();
    ClientTls tls = ClientTls.forEnrolment(token);
    try (TestGuest guest = connect(address, tls)) {
      byte[] request = CertificateRequests.create(keys, "test");
      guest.send(new Message.Enrol(token.text(), "host", ByteBuffer.wrap(request)));
      Message answer = guest.read();
      if (!(answer instanceof Message.Enrolled enrolled)) {
        throw new AssertionError(answer);
      }
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      List<X509Certificate> chain = new ArrayList<>();
      for (ByteBuffer der : enrolled.chain()) {
        byte[] bytes = new byte[der.remaining()];
        der.get(bytes);
        chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes)));
      }
      return new TlsIdentity(keys.getPrivate(), chain);
    }
  }

  void send(Message message) throws IOException {
    writer.write(message);
    writer.flush();
  }

  /** Sends bytes that need not be a message. */
  void sendRaw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** The next message that is no ping; waits for it. */
  Message read() throws IOException {
    while (true) {
      Message message = reader.read();
      if (message instanceof Message.Ping(long token)) {
        send(new Message.Pong(token));
      } else {
        return message;
      }
    }
  }

  /** Asks about this content and sends it when it is wanted; gives back the final outcome. */
  Outcome ask(int id, byte[] content) throws IOException {
    return ask(id, Lane.OPEN, content, content);
  }

  /** Asks about one content and sends another. */
  Outcome ask(int id, Lane lane, byte[] content, byte[] sent) throws IOException {
    send(asking(id, lane, DEADLINE_MILLIS, content));
    Outcome first = next(id);
    if (!(first instanceof Outcome.SendContent)) {
      return first;
    }
    upload(id, sent, 0, true);
    return next(id);
  }

  static Message asking(int id, Lane lane, int deadlineMillis, byte[] content) {
    Access access = new Access(lane, keyOf(content), "/file-" + id, "/bin/sh", 1, 0);
    return new Message.Asks(List.of(new Ask(id, deadlineMillis, access)));
  }

  /** The next outcome of this request: a final one, or that its content is wanted. */
  Outcome next(int id) throws IOException {
    while (!outcomes.containsKey(id)) {
      take(read());
    }
    Outcome outcome = outcomes.remove(id);
    return outcome == null ? new Outcome.Busy(0) : outcome;
  }

  /** Sends the bytes from this offset on, as credit comes. */
  void upload(int id, byte[] content, int from, boolean toItsEnd) throws IOException {
    int offset = from;
    do {
      int credit = credits.getOrDefault(id, 0);
      int length = Math.min(Math.min(credit, Wire.CHUNK_BYTES), content.length - offset);
      if (length == 0 && offset < content.length) {
        take(read());
        if (outcomes.containsKey(id)) {
          return; // it was refused meanwhile
        }
        continue;
      }
      boolean last = toItsEnd && offset + length == content.length;
      send(new Message.ContentPart(id, offset, last, ByteBuffer.wrap(content, offset, length)));
      credits.merge(id, -length, Integer::sum);
      offset += length;
    } while (offset < content.length);
  }

  /** Sends one byte after the other, ten in a second. */
  void drip(int id, byte[] content, BooleanSupplier goOn) {
    try {
      for (int i = 0; goOn.getAsBoolean(); i++) {
        send(new Message.ContentPart(id, i, false, ByteBuffer.wrap(content, i, 1)));
        TimeUnit.MILLISECONDS.sleep(100);
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for a message of this type, keeping what else comes. */
  <T extends Message> T await(Class<T> type) throws IOException {
    while (true) {
      for (Message message : others) {
        if (type.isInstance(message)) {
          others.remove(message);
          return type.cast(message);
        }
      }
      take(read());
    }
  }

  /** Sends a ping; gives back the next message but the one about the engine's state. */
  Message roundTrip(long token) throws IOException {
    send(new Message.Ping(token));
    Message next = read();
    return next instanceof Message.EpochChanged ? read() : next;
  }

  private void take(Message message) {
    switch (message) {
      case Message.Answers(List<Answer> answers) -> {
        for (Answer answer : answers) {
          outcomes.put(answer.id(), answer.outcome());
          if (answer.outcome() instanceof Outcome.SendContent(int credit)) {
            credits.put(answer.id(), credit);
          }
        }
      }
      case Message.Credit(int id, int bytes) -> credits.merge(id, bytes, Integer::sum);
      case Message other -> others.add(other);
    }
  }

  static ContentKey keyOf(byte[] content) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(content);
      return new ContentKey(ContentHash.of(sha256), content.length);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Drops the connection as a killed process would. */
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
