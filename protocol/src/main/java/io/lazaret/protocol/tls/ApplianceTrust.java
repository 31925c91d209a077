// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** A guest's check of the appliance's certificate; addresses and host names do not matter. */
final class ApplianceTrust extends X509ExtendedTrustManager {
  /** Finds the authority to check against in what the peer sent. */
  interface AuthorityFinder {
    X509Certificate find(X509Certificate[] chain) throws CertificateException;
  }

  private final AuthorityFinder finder;
  private volatile @Nullable X509Certificate authority;

  ApplianceTrust(AuthorityFinder finder) {
    this.finder = finder;
  }

  /** The authority of the last appliance that was accepted. */
  @Nullable X509Certificate authority() {
    return authority;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    CertificateRules.requireAppliance(chain[0]);
    X509Certificate found = finder.find(chain);
    AuthorityTrust.of(found).checkServerTrusted(chain, authType);
    authority = found;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("role: server (expected: a guest is always the client)");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
