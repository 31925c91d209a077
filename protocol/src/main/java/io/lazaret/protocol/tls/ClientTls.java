// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** The guest's side of TLS: 1.3 only, and only to an appliance of the right authority. */
public final class ClientTls {
  private static final String[] PROTOCOLS = {"TLSv1.3"};

  private final SSLContext context;
  private final ApplianceTrust trust;

  private ClientTls(KeyManager[] keys, ApplianceTrust trust) {
    try {
      this.context = SSLContext.getInstance("TLSv1.3");
      this.context.init(keys, new TrustManager[] {trust}, null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("TLS 1.3: missing (expected: in every JDK)", e);
    }
    this.trust = trust;
  }

  /** For a guest that has its certificate: only its own authority's appliances. */
  public static ClientTls forGuest(TlsIdentity identity) {
    X509Certificate authority = identity.authority();
    return new ClientTls(
        new KeyManager[] {new IdentityKeys(identity)}, new ApplianceTrust(_ -> authority));
  }

  /** For enrolment: no certificate, only the authority that the token's fingerprint names. */
  public static ClientTls forEnrolment(EnrolmentToken token) {
    return new ClientTls(new KeyManager[0], new ApplianceTrust(chain -> find(token, chain)));
  }

  private static X509Certificate find(EnrolmentToken token, X509Certificate[] chain)
      throws CertificateException {
    for (X509Certificate certificate : chain) {
      if (certificate.getBasicConstraints() >= 0 && token.isFor(certificate)) {
        return certificate;
      }
    }
    throw new CertificateException(
        "authority: "
            + EnrolmentToken.fingerprint(chain[chain.length - 1])
            + " (expected: "
            + token.fingerprint()
            + ", which the token names)");
  }

  /**
   * TLS on a connected socket, handshake included; closing it closes the socket. A read timeout set
   * on the socket before bounds the handshake.
   *
   * <p>With TLS 1.3 a refused client certificate shows at the first read, not here.
   */
  public SSLSocket secure(Socket connected) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(
                    connected, CertificateRules.APPLIANCE_NAME, connected.getPort(), true);
    socket.setEnabledProtocols(PROTOCOLS);
    socket.startHandshake();
    return socket;
  }

  /** For transports that are no socket. */
  public SSLEngine engine() {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(PROTOCOLS);
    return engine;
  }

  /** The authority of the appliance that was accepted; after a handshake. */
  public X509Certificate authority() {
    X509Certificate authority = trust.authority();
    if (authority == null) {
      throw new IllegalStateException("authority: none yet (expected: after a handshake)");
    }
    return authority;
  }
}
