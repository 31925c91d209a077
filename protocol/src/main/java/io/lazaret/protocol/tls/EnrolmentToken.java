// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/**
 * What a guest needs to get its first certificate: a secret that works once, and the fingerprint
 * that tells the right appliance from a wrong one.
 *
 * @param secret 24 random bytes as base64url, 32 characters
 * @param fingerprint SHA-256 of the authority's certificate (DER) as base64url, 43 characters
 */
public record EnrolmentToken(String secret, String fingerprint) {
  private static final String PREFIX = "lz1";
  private static final int SECRET_BYTES = 24;
  private static final int FINGERPRINT_BYTES = 32;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  public EnrolmentToken {
    check("secret", secret, SECRET_BYTES);
    check("fingerprint", fingerprint, FINGERPRINT_BYTES);
  }

  /** A new secret for guests of this authority. */
  public static EnrolmentToken create(X509Certificate authority, SecureRandom random) {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return new EnrolmentToken(ENCODER.encodeToString(secret), fingerprint(authority));
  }

  /**
   * Reads {@code lz1.<secret>.<fingerprint>}.
   *
   * @throws IllegalArgumentException with a message that does not contain the secret
   */
  public static EnrolmentToken parse(String text) {
    String[] parts = text.strip().split("\\.", -1);
    if (parts.length != 3 || !parts[0].equals(PREFIX)) {
      throw new IllegalArgumentException(
          "token: "
              + parts.length
              + " parts (expected: lz1.<secret>.<fingerprint>, as the appliance printed it)");
    }
    return new EnrolmentToken(parts[1], parts[2]);
  }

  /** The form that {@link #parse} reads; contains the secret. */
  public String text() {
    return PREFIX + "." + secret + "." + fingerprint;
  }

  /** Whether the token was made for guests of this authority. */
  public boolean isFor(X509Certificate authority) {
    return fingerprint.equals(fingerprint(authority));
  }

  /** SHA-256 of a certificate's DER as base64url. */
  public static String fingerprint(X509Certificate certificate) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return ENCODER.encodeToString(digest);
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("certificate: cannot be encoded", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }

  /** Without the secret, so that a log may have it. */
  @Override
  public String toString() {
    return "EnrolmentToken[" + PREFIX + ".(secret)." + fingerprint + "]";
  }

  private static void check(String name, String base64url, int bytes) {
    int decoded;
    try {
      decoded = Base64.getUrlDecoder().decode(base64url).length;
    } catch (IllegalArgumentException e) {
      // The cause would name characters of the secret.
      decoded = -1;
    }
    if (decoded != bytes || base64url.endsWith("=")) {
      throw new IllegalArgumentException(
          "token's "
              + name
              + ": "
              + base64url.length()
              + " characters (expected: "
              + (bytes * 8 + 5) / 6
              + " of base64url)");
    }
  }
}
