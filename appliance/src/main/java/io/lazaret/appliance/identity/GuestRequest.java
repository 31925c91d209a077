// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * A guest's certificate request (PKCS #10) that was checked; only its key is of interest.
 *
 * @param key EC on P-256 or P-384, or RSA with 2,048 to 4,096 bits
 */
record GuestRequest(PublicKey key) {
  private static final int LONGEST = 8_192;
  private static final Set<ASN1ObjectIdentifier> CURVES =
      Set.of(SECObjectIdentifiers.secp256r1, SECObjectIdentifiers.secp384r1);

  /**
   * Reads and checks a request from a guest that nobody trusts yet.
   *
   * @throws InvalidRequestException when it cannot be signed
   */
  static GuestRequest parse(byte[] der) throws InvalidRequestException {
    if (der.length > LONGEST) {
      throw new InvalidRequestException(
          "request: " + der.length + " bytes (expected: at most " + LONGEST + ")", null);
    }
    try {
      PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
      SubjectPublicKeyInfo info = request.getSubjectPublicKeyInfo();
      checkKind(info);
      PublicKey key = new JcaPKCS10CertificationRequest(request).getPublicKey();
      if (key instanceof RSAPublicKey rsa) {
        int bits = rsa.getModulus().bitLength();
        if (bits < 2_048 || bits > 4_096) {
          throw new InvalidRequestException(
              "RSA key: " + bits + " bits (expected: 2048 to 4096)", null);
        }
      }
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(info))) {
        throw new InvalidRequestException("request: signature does not fit its key", null);
      }
      return new GuestRequest(key);
    } catch (IOException
        | GeneralSecurityException
        | OperatorCreationException
        | PKCSException
        | RuntimeException e) {
      throw new InvalidRequestException("request: not a PKCS #10 request that can be read", e);
    }
  }

  private static void checkKind(SubjectPublicKeyInfo info) throws InvalidRequestException {
    ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
    if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
      return;
    }
    ASN1Encodable curve = info.getAlgorithm().getParameters();
    if (!algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)
        || !(curve instanceof ASN1ObjectIdentifier named)
        || !CURVES.contains(named)) {
      throw new InvalidRequestException(
          "key: " + algorithm + " (expected: EC on P-256 or P-384, or RSA)", null);
    }
  }
}
