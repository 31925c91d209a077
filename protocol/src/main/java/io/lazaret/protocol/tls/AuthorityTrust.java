// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import java.security.GeneralSecurityException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** The JDK's certificate path check with one authority as its only anchor. */
public final class AuthorityTrust {
  private AuthorityTrust() {}

  /** Checks signatures, validity in time and constraints; revocation is the appliance's own. */
  public static X509ExtendedTrustManager of(X509Certificate authority) {
    try {
      PKIXBuilderParameters parameters =
          new PKIXBuilderParameters(
              Set.of(new TrustAnchor(authority, null)), new X509CertSelector());
      parameters.setRevocationEnabled(false);
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(new CertPathTrustManagerParameters(parameters));
      return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("PKIX: missing (expected: in every JDK)", e);
    }
  }
}
