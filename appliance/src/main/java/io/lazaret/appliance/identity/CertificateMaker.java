// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

import io.lazaret.protocol.tls.CertificateRules;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The three kinds of certificates there are, with their extensions (RFC 5280, 4.2). */
final class CertificateMaker {
  /** Guests' clocks may be behind ours by this much. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(10);

  private static final SecureRandom RANDOM = new SecureRandom();

  private CertificateMaker() {}

  static X509Certificate authority(KeyPair keys, String name, Instant now, Instant end) {
    // Two authorities of the same name must not be taken for each other.
    String unique = HexFormat.of().toHexDigits(RANDOM.nextInt());
    X500Name subject = name("Lazaret authority " + name + " " + unique, "Lazaret");
    try {
      JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
                  subject, serial(), start(now), Date.from(end), subject, keys.getPublic())
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
              .addExtension(
                  Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
              .addExtension(
                  Extension.subjectKeyIdentifier,
                  false,
                  utils.createSubjectKeyIdentifier(keys.getPublic()));
      return sign(builder, keys.getPrivate());
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw defect(e);
    }
  }

  static X509Certificate server(
      PrivateKey key,
      X509Certificate authority,
      PublicKey subjectKey,
      String host,
      Instant now,
      Instant end) {
    List<GeneralName> names = new ArrayList<>();
    names.add(new GeneralName(GeneralName.dNSName, CertificateRules.APPLIANCE_NAME));
    if (host.matches("[0-9.]+") || host.indexOf(':') >= 0) {
      names.add(new GeneralName(GeneralName.iPAddress, host));
    } else if (!host.equals(CertificateRules.APPLIANCE_NAME)) {
      names.add(new GeneralName(GeneralName.dNSName, host));
    }
    try {
      X509v3CertificateBuilder builder =
          leaf(
                  authority,
                  subjectKey,
                  name(CertificateRules.APPLIANCE_NAME, "Lazaret"),
                  KeyPurposeId.id_kp_serverAuth,
                  now,
                  end)
              .addExtension(
                  Extension.subjectAlternativeName,
                  false,
                  new GeneralNames(names.toArray(GeneralName[]::new)));
      return sign(builder, key);
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw defect(e);
    }
  }

  static X509Certificate guest(
      PrivateKey key,
      X509Certificate authority,
      PublicKey subjectKey,
      String guest,
      String tenant,
      Instant now,
      Instant end) {
    try {
      return sign(
          leaf(authority, subjectKey, name(guest, tenant), KeyPurposeId.id_kp_clientAuth, now, end),
          key);
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw defect(e);
    }
  }

  private static X509v3CertificateBuilder leaf(
      X509Certificate authority,
      PublicKey subjectKey,
      X500Name subject,
      KeyPurposeId purpose,
      Instant now,
      Instant end)
      throws IOException, GeneralSecurityException {
    JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
    X500Name issuer = new JcaX509CertificateHolder(authority).getSubject();
    return new JcaX509v3CertificateBuilder(
            issuer, serial(), start(now), Date.from(end), subject, subjectKey)
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
        .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose))
        .addExtension(
            Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(subjectKey))
        .addExtension(
            Extension.authorityKeyIdentifier, false, utils.createAuthorityKeyIdentifier(authority));
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
  }

  private static X500Name name(String commonName, String organisation) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.CN, commonName)
        .addRDN(BCStyle.O, organisation)
        .build();
  }

  /** 127 random bits, never 0: nobody guesses the next one. */
  private static BigInteger serial() {
    return new BigInteger(126, RANDOM).setBit(126);
  }

  private static Date start(Instant now) {
    return Date.from(now.minus(CLOCK_SKEW));
  }

  private static IllegalStateException defect(Exception cause) {
    return new IllegalStateException("certificate: cannot be made", cause);
  }
}
