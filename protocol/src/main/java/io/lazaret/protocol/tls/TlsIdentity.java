// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Who one side is, and whom it trusts.
 *
 * @param chain its own certificate first, the authority's last
 */
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {
  public TlsIdentity {
    chain = List.copyOf(chain);
    if (chain.size() < 2) {
      throw new IllegalArgumentException(
          "chain: " + chain.size() + " certificates (expected: its own and the authority's)");
    }
  }

  /** Its own certificate. */
  public X509Certificate certificate() {
    return chain.getFirst();
  }

  /** The only authority whose certificates it takes. */
  public X509Certificate authority() {
    return chain.getLast();
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "TlsIdentity[" + certificate().getSubjectX500Principal() + "]";
  }
}
