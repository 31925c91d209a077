// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/**
 * What makes a certificate an appliance's or a guest's, beside the authority that issued it: one
 * can never pass as the other.
 */
public final class CertificateRules {
  /** The dNSName that every appliance's certificate carries, whatever its address. */
  public static final String APPLIANCE_NAME = "lazaret-appliance";

  /** Extended key usage serverAuth (RFC 5280, 4.2.1.12). */
  public static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

  /** Extended key usage clientAuth (RFC 5280, 4.2.1.12). */
  public static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  private static final Integer DNS_NAME = 2;

  private CertificateRules() {}

  public static void requireAppliance(X509Certificate certificate) throws CertificateException {
    requireUsage(certificate, SERVER_AUTH);
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    if (names != null) {
      for (List<?> name : names) {
        if (DNS_NAME.equals(name.get(0)) && APPLIANCE_NAME.equals(name.get(1))) {
          return;
        }
      }
    }
    throw new CertificateException("dNSName: missing (expected: " + APPLIANCE_NAME + ")");
  }

  public static void requireGuest(X509Certificate certificate) throws CertificateException {
    requireUsage(certificate, CLIENT_AUTH);
  }

  private static void requireUsage(X509Certificate certificate, String usage)
      throws CertificateException {
    List<String> usages = certificate.getExtendedKeyUsage();
    if (usages == null || !usages.contains(usage)) {
      throw new CertificateException(
          "extended key usage: " + usages + " (expected: " + usage + ")");
    }
  }
}
