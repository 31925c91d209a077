// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority that exists for one test, and gives out good and bad certificates. */
public final class TestAuthority {
  private static final Duration DAY = Duration.ofDays(1);

  private final KeyPair keys = CertificateRequests.newKeyPair();
  private final X500Name name;
  private final X509Certificate certificate;

  public TestAuthority(String name) {
    this.name = new X500Name("CN=" + name);
    this.certificate =
        sign(
            keys,
            this.name,
            Instant.now().plus(DAY),
            List.of(new Item(Extension.basicConstraints, new BasicConstraints(true))));
  }

  public X509Certificate certificate() {
    return certificate;
  }

  public TlsIdentity appliance() {
    return identity(
        "appliance", KeyPurposeId.id_kp_serverAuth, CertificateRules.APPLIANCE_NAME, false);
  }

  public TlsIdentity applianceNamed(String dnsName) {
    return identity("appliance", KeyPurposeId.id_kp_serverAuth, dnsName, false);
  }

  public TlsIdentity guest() {
    return identity("guest", KeyPurposeId.id_kp_clientAuth, "guest", false);
  }

  public TlsIdentity expiredGuest() {
    return identity("guest", KeyPurposeId.id_kp_clientAuth, "guest", true);
  }

  /** A guest's certificate that claims the appliance's name. */
  public TlsIdentity guestWithApplianceName() {
    return identity("guest", KeyPurposeId.id_kp_clientAuth, CertificateRules.APPLIANCE_NAME, false);
  }

  private TlsIdentity identity(
      String commonName, KeyPurposeId usage, String dnsName, boolean expired) {
    KeyPair own = CertificateRequests.newKeyPair();
    Instant end = expired ? Instant.now().minus(DAY) : Instant.now().plus(DAY);
    List<Item> items =
        List.of(
            new Item(Extension.extendedKeyUsage, new ExtendedKeyUsage(usage)),
            new Item(
                Extension.subjectAlternativeName,
                new GeneralNames(new GeneralName(GeneralName.dNSName, dnsName))));
    X509Certificate signed = sign(own, new X500Name("CN=" + commonName), end, items);
    return new TlsIdentity(own.getPrivate(), List.of(signed, certificate));
  }

  private X509Certificate sign(KeyPair own, X500Name subject, Instant end, List<Item> items) {
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.valueOf(System.nanoTime()),
              Date.from(end.minus(DAY.multipliedBy(3))),
              Date.from(end),
              subject,
              own.getPublic());
      for (Item item : items) {
        builder.addExtension(item.extension, true, item.value);
      }
      var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (IOException | OperatorException | GeneralSecurityException e) {
      throw new IllegalStateException("test certificate: cannot be made", e);
    }
  }

  private record Item(org.bouncycastle.asn1.ASN1ObjectIdentifier extension, ASN1Encodable value) {}
}
