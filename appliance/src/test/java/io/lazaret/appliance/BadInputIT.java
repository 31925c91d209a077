// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static io.lazaret.appliance.ApplianceRig.await;
import static io.lazaret.appliance.ApplianceRig.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.identity.CertificateAuthority;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.Goodbye;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.codec.Wire;
import io.lazaret.protocol.tls.CertificateRequests;
import io.lazaret.protocol.tls.ClientTls;
import io.lazaret.protocol.tls.EnrolmentToken;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever comes, it ends with its own code and metric, and another guest is served meanwhile. */
final class BadInputIT {
  private static final byte[] FILE = text("a harmless file");
  private static final int SILENT_CONNECTIONS = 10_000;

  @TempDir private static Path directory;
  private static ApplianceRig rig;
  private static int number;

  @BeforeAll
  static void start() throws Exception {
    rig =
        ApplianceRig.start(
            directory,
            "sessions.handshake = 700ms",
            "sessions.keep-alive = 1500ms",
            "sessions.asks-per-batch = 8",
            "sessions.requests-in-flight = 10",
            "staging.stall = 500ms");
  }

  @AfterAll
  static void stop() throws Exception {
    rig.close();
  }

  @AfterEach
  void anotherGuestIsServed() throws Exception {
    TestGuest newcomer = rig.guest();
    byte[] content = text("served " + number++);
    assertInstanceOf(Outcome.Judged.class, newcomer.ask(1, content));
    newcomer.close();
  }

  @Test
  void garbageInsteadOfTls() throws Exception {
    refused(
        Refusal.TLS_FAILED,
        () -> {
          try (Socket socket = socket()) {
            socket.getOutputStream().write(text("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
            untilClosed(socket);
          }
        });
  }

  @Test
  void halfATlsHandshake() throws Exception {
    refused(
        Refusal.HANDSHAKE_TIMEOUT,
        () -> {
          try (Socket socket = socket()) {
            socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1, 0});
            untilClosed(socket);
          }
        });
  }

  @Test
  void tlsAndThenNothing() throws Exception {
    assertEquals(Refusal.HANDSHAKE_TIMEOUT, goodbye(Refusal.HANDSHAKE_TIMEOUT, guest -> {}));
  }

  @Test
  void garbageInsideTls() throws Exception {
    byte[] garbage = new byte[100];
    ThreadLocalRandom.current().nextBytes(garbage);
    Arrays.fill(garbage, 0, 6, (byte) 0);
    goodbye(Refusal.MALFORMED, guest -> guest.sendRaw(garbage));
  }

  @Test
  void aFrameOfFourGigabytes() throws Exception {
    goodbye(Refusal.FRAME_TOO_LONG, guest -> guest.sendRaw(new byte[] {-1, -1, -1, -1, 1, 0}));
  }

  @Test
  void aMandatoryMessageThatNobodyKnows() throws Exception {
    goodbye(Refusal.UNKNOWN_MESSAGE, guest -> guest.sendRaw(new byte[] {0, 0, 0, 2, 99, 0}));
  }

  @Test
  void aVersionThatNobodySpeaks() throws Exception {
    goodbye(Refusal.UNSUPPORTED_VERSION, guest -> guest.send(TestGuest.hello(900, 901)));
  }

  @Test
  void aQuestionBeforeHello() throws Exception {
    goodbye(
        Refusal.UNEXPECTED_MESSAGE, guest -> guest.send(TestGuest.asking(1, Lane.OPEN, 100, FILE)));
  }

  @Test
  void aMessageThatOnlyAnApplianceMaySend() throws Exception {
    session(Refusal.UNEXPECTED_MESSAGE, guest -> guest.send(new Message.EpochChanged(1, 1)));
  }

  @Test
  void noCertificate() throws Exception {
    EnrolmentToken token = rig.token("default");
    refused(
        Refusal.CERTIFICATE_MISSING,
        () -> {
          try (TestGuest guest = TestGuest.connect(rig.address(), ClientTls.forEnrolment(token))) {
            guest.send(TestGuest.hello(1, 1));
            assertGoodbye(Refusal.CERTIFICATE_MISSING, guest);
          }
        });
  }

  @Test
  void aCertificateOfAnotherAuthority(@TempDir Path elsewhere) throws Exception {
    CertificateAuthority.create(elsewhere.resolve("ca"), "x", "x", Clock.systemUTC());
    TlsIdentity foreign =
        CertificateAuthority.load(elsewhere.resolve("ca"), Clock.systemUTC())
            .serverIdentity(elsewhere.resolve("ca"), "x");
    // Its own key and certificate, but the authority that it trusts is ours.
    TlsIdentity mixed =
        new TlsIdentity(
            foreign.key(), List.of(foreign.certificate(), rig.enrol("default").authority()));
    refused(
        Refusal.CERTIFICATE_FOREIGN,
        () ->
            assertThrows(
                IOException.class,
                () -> {
                  try (TestGuest guest =
                      TestGuest.connect(rig.address(), ClientTls.forGuest(mixed))) {
                    guest.send(TestGuest.hello(1, 1));
                    guest.read();
                  }
                }));
  }

  @Test
  void aTokenThatIsUsedTwice() throws Exception {
    EnrolmentToken token = rig.token("default");
    TestGuest.enrol(rig.address(), token);
    refused(
        Refusal.TOKEN_INVALID,
        () -> {
          try (TestGuest guest = TestGuest.connect(rig.address(), ClientTls.forEnrolment(token))) {
            byte[] request = CertificateRequests.create(CertificateRequests.newKeyPair(), "x");
            guest.send(new Message.Enrol(token.text(), "x", ByteBuffer.wrap(request)));
            assertGoodbye(Refusal.TOKEN_INVALID, guest);
          }
        });
  }

  @Test
  void aCertificateRequestThatIsNone() throws Exception {
    EnrolmentToken token = rig.token("default");
    refused(
        Refusal.CSR_INVALID,
        () -> {
          try (TestGuest guest = TestGuest.connect(rig.address(), ClientTls.forEnrolment(token))) {
            guest.send(new Message.Enrol(token.text(), "x", ByteBuffer.wrap(FILE)));
            assertGoodbye(Refusal.CSR_INVALID, guest);
          }
        });
  }

  @Test
  void tooManyAsksInABatchOrInFlight() throws Exception {
    session(
        Refusal.LIMIT_EXCEEDED,
        guest -> {
          Ask ask = ask(1, "too many");
          guest.send(new Message.Asks(Collections.nCopies(9, ask)));
        });
    session(
        Refusal.LIMIT_EXCEEDED,
        guest -> {
          for (int id = 0; id < 11; id++) {
            guest.send(new Message.Asks(List.of(ask(id, "too many " + id))));
          }
        });
  }

  @Test
  void aNumberThatIsInFlight() throws Exception {
    session(
        Refusal.UNKNOWN_REQUEST,
        guest -> {
          guest.send(new Message.Asks(List.of(ask(1, "same number"))));
          guest.send(new Message.Asks(List.of(ask(1, "same number, other content"))));
        });
    session(
        Refusal.UNKNOWN_REQUEST,
        guest -> guest.send(new Message.Asks(List.of(ask(1, "twice"), ask(1, "twice!")))));
  }

  @Test
  void contentThatNobodyAskedFor() throws Exception {
    session(
        Refusal.UNKNOWN_REQUEST,
        guest -> guest.send(new Message.ContentPart(5, 0, true, ByteBuffer.wrap(FILE))));
  }

  @Test
  void moreContentThanTheCreditAllows() throws Exception {
    byte[] content = new byte[2 << 20]; // a shorter one may come whole
    content[0] = (byte) ++number;
    refused(
        Refusal.CREDIT_EXCEEDED,
        () -> {
          try (TestGuest guest = rig.guest()) {
            guest.send(TestGuest.asking(1, Lane.OPEN, 20_000, content));
            int credit = assertInstanceOf(Outcome.SendContent.class, guest.next(1)).credit();
            // As if the first part was never sent: a gap, which is no credit's worth.
            guest.send(
                new Message.ContentPart(
                    1, credit, false, ByteBuffer.wrap(content, credit, Wire.CHUNK_BYTES)));
            assertEquals(new Outcome.Refused(Refusal.CREDIT_EXCEEDED), guest.next(1));
          }
        });
  }

  @Test
  void anUploadThatStopsHalfWay() throws Exception {
    byte[] content = text("stops half way");
    refused(
        Refusal.UPLOAD_STALLED,
        () -> {
          try (TestGuest guest = rig.guest()) {
            guest.send(TestGuest.asking(1, Lane.OPEN, 20_000, content));
            assertInstanceOf(Outcome.SendContent.class, guest.next(1));
            guest.upload(1, Arrays.copyOf(content, 5), 0, false);
            assertEquals(new Outcome.Refused(Refusal.UPLOAD_STALLED), guest.next(1));
          }
        });
    await("nothing is staged", () -> rig.metric("lazaret_staging_bytes") == 0);
  }

  @Test
  void contentLongerThanTheLimit() throws Exception {
    try (TestGuest guest = rig.guest()) {
      Ask small = ask(1, "long");
      var access = small.access();
      var huge =
          new io.lazaret.protocol.Access(
              access.lane(),
              new io.lazaret.protocol.ContentKey(access.content().hash(), 1L << 40),
              "/huge",
              "",
              0,
              0);
      guest.send(new Message.Asks(List.of(new Ask(1, 1_000, huge))));
      assertEquals(new Outcome.Refused(Refusal.CONTENT_TOO_LONG), guest.next(1));
    }
  }

  @Test
  void aGuestThatSaysNothingAnyMore() throws Exception {
    long before = rig.count(Metric.REFUSALS, "peer_silent");
    TestGuest guest = rig.guest();
    await("shown out", () -> rig.count(Metric.REFUSALS, "peer_silent") > before);
    guest.close();
  }

  @Test
  void aGuestThatDoesNotReadItsAnswers() throws Exception {
    TestGuest guest = rig.guest();
    guest.ask(1, FILE);
    refused(
        Refusal.PEER_SILENT, // it is not heard any more, because it does not listen
        () ->
            assertThrows(
                IOException.class,
                () -> {
                  Message asks = new Message.Asks(Collections.nCopies(8, ask(FILE)));
                  for (int i = 0; i < 10_000_000; i++) {
                    guest.send(asks);
                  }
                }));
    guest.close();
  }

  @Test
  void tenThousandConnectionsThatSayNothing() throws Exception {
    List<Socket> silent = new ArrayList<>();
    long refusedBefore =
        rig.count(Metric.REFUSALS, "too_many_connections")
            + rig.count(Metric.REFUSALS, "handshake_timeout");
    try {
      for (int i = 0; i < SILENT_CONNECTIONS; i++) {
        silent.add(new Socket(rig.address().getAddress(), rig.address().getPort()));
        if (i % 500 == 0) {
          try (TestGuest newcomer = rig.guest()) {
            newcomer.ask(1, FILE);
            assertInstanceOf(Outcome.Judged.class, newcomer.ask(1, FILE));
          }
        }
      }
      await(
          "all are gone",
          () ->
              rig.count(Metric.REFUSALS, "too_many_connections")
                      + rig.count(Metric.REFUSALS, "handshake_timeout")
                      - refusedBefore
                  >= SILENT_CONNECTIONS);
      assertTrue(rig.metric("lazaret_connections") < 100, "connections");
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  // ---- what the tests share

  private interface Act {
    void on(TestGuest guest) throws Exception;
  }

  private interface Attempt {
    void run() throws Exception;
  }

  /** After TLS and before Hello. */
  private static Refusal goodbye(Refusal expected, Act act) throws Exception {
    TlsIdentity identity = rig.enrol("default");
    refused(
        expected,
        () -> {
          try (TestGuest guest = TestGuest.connect(rig.address(), ClientTls.forGuest(identity))) {
            act.on(guest);
            assertGoodbye(expected, guest);
          }
        });
    return expected;
  }

  /** In an open session. */
  private static void session(Refusal expected, Act act) throws Exception {
    refused(
        expected,
        () -> {
          try (TestGuest guest = rig.guest()) {
            act.on(guest);
            assertEquals(expected, guest.await(Goodbye.class).code());
          }
        });
  }

  private static void assertGoodbye(Refusal expected, TestGuest guest) throws IOException {
    Goodbye goodbye = assertInstanceOf(Goodbye.class, guest.read());
    assertEquals(expected, goodbye.code(), goodbye.detail());
  }

  private static void refused(Refusal code, Attempt attempt) throws Exception {
    String label = code.name().toLowerCase(Locale.ROOT);
    long before = rig.count(Metric.REFUSALS, label);
    attempt.run();
    await("counted: " + label, () -> rig.count(Metric.REFUSALS, label) > before);
  }

  private static Ask ask(int id, String content) {
    return ask(id, text(content));
  }

  private static Ask ask(byte[] content) {
    return ask(1, content);
  }

  private static Ask ask(int id, byte[] content) {
    return ((Message.Asks) TestGuest.asking(id, Lane.OPEN, 20_000, content)).asks().getFirst();
  }

  private static Socket socket() throws IOException {
    Socket socket = new Socket(rig.address().getAddress(), rig.address().getPort());
    socket.setSoTimeout(TestGuest.READ_MILLIS);
    return socket;
  }

  private static void untilClosed(Socket socket) {
    try {
      while (socket.getInputStream().read() >= 0) {
        // a TLS alert, perhaps
      }
    } catch (IOException e) {
      assertTrue(!(e instanceof java.net.SocketTimeoutException), "not closed in time");
    }
  }
}
