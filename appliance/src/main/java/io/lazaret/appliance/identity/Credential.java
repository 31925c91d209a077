// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

import io.lazaret.appliance.ledger.Fingerprint;
import java.security.cert.X509Certificate;
import java.time.Instant;

/** What a session stands on: the certificate it was opened with, and until when that is valid. */
public record Credential(Fingerprint fingerprint, Instant expires) {
  /** That of a certificate which TLS has checked. */
  public static Credential of(X509Certificate certificate) {
    return new Credential(Guests.fingerprint(certificate), certificate.getNotAfter().toInstant());
  }
}
