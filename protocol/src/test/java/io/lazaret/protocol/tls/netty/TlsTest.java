// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lazaret.protocol.Message.Ping;
import io.lazaret.protocol.Message.Pong;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.codec.MessageReader;
import io.lazaret.protocol.codec.MessageWriter;
import io.lazaret.protocol.tls.ClientTls;
import io.lazaret.protocol.tls.EnrolmentToken;
import io.lazaret.protocol.tls.TestAuthority;
import io.lazaret.protocol.tls.TlsIdentity;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Guests and an appliance over loopback, with the JDK's and with OpenSSL's implementation. */
class TlsTest {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final TestAuthority authority = new TestAuthority("authority");
  private final TestAuthority stranger = new TestAuthority("authority");

  static List<SslProvider> providers() {
    return OpenSsl.isAvailable()
        ? List.of(SslProvider.JDK, SslProvider.OPENSSL)
        : List.of(SslProvider.JDK);
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aGuestTalksToItsAppliance(SslProvider provider) throws Exception {
    TlsIdentity guest = authority.guest();
    try (var appliance = new PongServer(ServerTls.context(authority.appliance(), provider))) {
      try (SSLSocket socket = connect(ClientTls.forGuest(guest), appliance)) {
        assertEquals(new Pong(5), ping(socket));
        assertEquals("TLSv1.3", socket.getSession().getProtocol());
      }
      assertEquals(Optional.of(guest.certificate()), appliance.nextPeer());
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aGuestToBeNeedsNoCertificateAndLearnsTheAuthority(SslProvider provider) throws Exception {
    ClientTls tls = ClientTls.forEnrolment(token(authority));
    try (var appliance = new PongServer(ServerTls.context(authority.appliance(), provider))) {
      assertThrows(IllegalStateException.class, tls::authority);
      try (SSLSocket socket = connect(tls, appliance)) {
        assertEquals(new Pong(5), ping(socket));
      }
      assertEquals(authority.certificate(), tls.authority());
      assertEquals(Optional.empty(), appliance.nextPeer());
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aGuestRefusesEverythingThatIsNotItsAppliance(SslProvider provider) throws Exception {
    for (TlsIdentity impostor :
        List.of(
            stranger.appliance(),
            authority.applianceNamed("localhost"),
            authority.guest(),
            authority.guestWithApplianceName())) {
      try (var appliance = new PongServer(ServerTls.context(impostor, provider))) {
        for (ClientTls tls :
            List.of(
                ClientTls.forGuest(authority.guest()), ClientTls.forEnrolment(token(authority)))) {
          assertThrows(SSLException.class, () -> connect(tls, appliance).close());
          assertEquals(Refusal.TLS_FAILED, appliance.nextRefusal());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void foreignAndExpiredGuestsAreToldFromOtherFailures(SslProvider provider) throws Exception {
    try (var appliance = new PongServer(ServerTls.context(authority.appliance(), provider))) {
      for (TlsIdentity foreign :
          List.of(mixed(stranger.guest()), authority.expiredGuest(), authority.appliance())) {
        assertThrows(
            IOException.class,
            () -> {
              try (SSLSocket socket = connect(ClientTls.forGuest(foreign), appliance)) {
                ping(socket);
              }
            });
        assertEquals(Refusal.CERTIFICATE_FOREIGN, appliance.nextRefusal());
      }
      try (Socket plain = new Socket("localhost", appliance.port())) {
        plain.setSoTimeout(TIMEOUT_MILLIS);
        plain.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertEquals(Refusal.TLS_FAILED, appliance.nextRefusal());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void olderTlsIsRefused(SslProvider provider) throws Exception {
    SSLContext old = SSLContext.getInstance("TLSv1.2");
    old.init(null, null, null);
    try (var appliance = new PongServer(ServerTls.context(authority.appliance(), provider));
        SSLSocket socket =
            (SSLSocket) old.getSocketFactory().createSocket("localhost", appliance.port())) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      assertThrows(SSLException.class, socket::startHandshake);
      assertEquals(Refusal.TLS_FAILED, appliance.nextRefusal());
    }
  }

  /** Its own authority's certificate is exchanged for ours: the guest trusts us, we not it. */
  private TlsIdentity mixed(TlsIdentity guest) {
    return new TlsIdentity(guest.key(), List.of(guest.certificate(), authority.certificate()));
  }

  private static EnrolmentToken token(TestAuthority authority) {
    return EnrolmentToken.create(authority.certificate(), new SecureRandom());
  }

  private static SSLSocket connect(ClientTls tls, PongServer appliance) throws IOException {
    Socket socket = new Socket("localhost", appliance.port());
    try {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      return tls.secure(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static Object ping(SSLSocket socket) throws IOException {
    MessageWriter writer = new MessageWriter(socket.getOutputStream());
    writer.write(new Ping(5));
    writer.flush();
    return new MessageReader(socket.getInputStream()).read();
  }
}
