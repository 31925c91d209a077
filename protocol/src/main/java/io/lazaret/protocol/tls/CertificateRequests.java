// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;

/** A guest's key pair, and the PKCS #10 request (RFC 2986) for its certificate. */
public final class CertificateRequests {
  private static final byte[] COMMON_NAME = Der.objectIdentifier(2, 5, 4, 3);
  private static final byte[] ECDSA_WITH_SHA256 = Der.objectIdentifier(1, 2, 840, 10045, 4, 3, 2);

  private CertificateRequests() {}

  /** A new key pair on the curve P-256. */
  public static KeyPair newKeyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("P-256: missing (expected: in every JDK)", e);
    }
  }

  /**
   * A request signed with the pair's private key, in DER.
   *
   * @param keys an EC pair
   * @param commonName informative: the appliance gives the guest its name
   */
  public static byte[] create(KeyPair keys, String commonName) {
    byte[] name = Der.sequence(Der.set(Der.sequence(COMMON_NAME, Der.utf8String(commonName))));
    byte[] info =
        Der.sequence(Der.smallInteger(0), name, keys.getPublic().getEncoded(), Der.context0());
    return Der.sequence(info, Der.sequence(ECDSA_WITH_SHA256), Der.bitString(sign(keys, info)));
  }

  private static byte[] sign(KeyPair keys, byte[] info) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(info);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "key: " + keys.getPrivate().getAlgorithm() + " (expected: EC)", e);
    }
  }
}
