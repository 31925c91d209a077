// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls.netty;

import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.tls.TlsIdentity;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The appliance's side of TLS: 1.3 only, and a client certificate only of its own authority. */
public final class ServerTls {
  /** Resuming skips the check of the certificate, so it must end soon. */
  private static final long RESUMABLE_SECONDS = 300;

  private ServerTls() {}

  /**
   * Client certificates are optional, because enrolment has none: whether a session has one is for
   * the server to check.
   */
  public static SslContext context(TlsIdentity appliance) throws SSLException {
    return context(appliance, provider());
  }

  static SslContext context(TlsIdentity appliance, SslProvider provider) throws SSLException {
    return SslContextBuilder.forServer(
            appliance.key(), appliance.chain().toArray(X509Certificate[]::new))
        .sslProvider(provider)
        .protocols("TLSv1.3")
        .clientAuth(ClientAuth.OPTIONAL)
        .trustManager(new GuestTrust(appliance.authority()))
        .sessionTimeout(RESUMABLE_SECONDS)
        .build();
  }

  /** OpenSSL where its library is there: fewer microseconds per record than the JDK's. */
  public static SslProvider provider() {
    return OpenSsl.isAvailable() && SslProvider.isTlsv13Supported(SslProvider.OPENSSL)
        ? SslProvider.OPENSSL
        : SslProvider.JDK;
  }

  /** Tells a foreign certificate from every other failure of a handshake. */
  public static Refusal refusal(Throwable handshakeFailure) {
    for (@Nullable Throwable e = handshakeFailure; e != null; e = e.getCause()) {
      if (e instanceof ForeignCertificateException) {
        return Refusal.CERTIFICATE_FOREIGN;
      }
    }
    return Refusal.TLS_FAILED;
  }
}
