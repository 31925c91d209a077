// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPair;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Test;

/** Our own DER, read by somebody else's parser. */
class CertificateRequestsTest {
  @Test
  void bouncyCastleReadsAndVerifiesTheRequest() throws Exception {
    for (String commonName : new String[] {"desk-17", "Grüße", "x".repeat(300)}) {
      KeyPair keys = CertificateRequests.newKeyPair();
      byte[] der = CertificateRequests.create(keys, commonName);

      PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);

      assertEquals("CN=" + commonName, request.getSubject().toString());
      assertArrayEquals(
          keys.getPublic().getEncoded(), request.getSubjectPublicKeyInfo().getEncoded());
      assertTrue(
          request.isSignatureValid(
              new JcaContentVerifierProviderBuilder().build(keys.getPublic())));
      assertEquals(0, request.getAttributes().length);
      assertArrayEquals(der, request.getEncoded());
    }
  }
}
