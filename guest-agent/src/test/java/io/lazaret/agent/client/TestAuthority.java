// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.tls.AuthorityTrust;
import io.lazaret.protocol.tls.CertificateRequests;
import io.lazaret.protocol.tls.CertificateRules;
import io.lazaret.protocol.tls.TlsIdentity;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** A certificate authority for tests. */
public final class TestAuthority {
  private static final X500Name NAME = new X500Name("CN=Test authority");

  private final KeyPair keys = CertificateRequests.newKeyPair();
  private final AtomicLong serials = new AtomicLong();
  private final X509Certificate certificate;

  public TestAuthority() {
    certificate = issue(NAME, keys.getPublic(), Instant.now(), Duration.ofDays(30), Role.AUTHORITY);
  }

  private enum Role {
    AUTHORITY,
    APPLIANCE,
    GUEST
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** A guest whose certificate began at that moment. */
  public TlsIdentity guest(Instant from, Duration life) {
    KeyPair guest = CertificateRequests.newKeyPair();
    X500Name name = new X500Name("CN=guest");
    return new TlsIdentity(
        guest.getPrivate(),
        List.of(issue(name, guest.getPublic(), from, life, Role.GUEST), certificate));
  }

  /** The chain for a guest's request. */
  public List<ByteBuffer> sign(ByteBuffer request, Duration life) {
    try {
      byte[] der = new byte[request.remaining()];
      request.get(der);
      var parsed = new JcaPKCS10CertificationRequest(new PKCS10CertificationRequest(der));
      X500Name name = new X500Name("CN=guest");
      X509Certificate guest = issue(name, parsed.getPublicKey(), Instant.now(), life, Role.GUEST);
      return List.of(
          ByteBuffer.wrap(guest.getEncoded()), ByteBuffer.wrap(certificate.getEncoded()));
    } catch (java.io.IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** TLS as an appliance of this authority. */
  public SSLContext appliance() {
    try {
      KeyPair appliance = CertificateRequests.newKeyPair();
      X509Certificate leaf =
          issue(
              new X500Name("CN=appliance"),
              appliance.getPublic(),
              Instant.now(),
              Duration.ofDays(1),
              Role.APPLIANCE);
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "appliance",
          appliance.getPrivate(),
          new char[0],
          new X509Certificate[] {leaf, certificate});
      KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
      factory.init(store, new char[0]);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(
          factory.getKeyManagers(), new TrustManager[] {AuthorityTrust.of(certificate)}, null);
      return context;
    } catch (GeneralSecurityException | java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private X509Certificate issue(
      X500Name subject, PublicKey key, Instant from, Duration life, Role role) {
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              NAME,
              BigInteger.valueOf(serials.incrementAndGet()),
              Date.from(from.minusSeconds(1)),
              Date.from(from.plus(life)),
              subject,
              key);
      switch (role) {
        case AUTHORITY ->
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        case APPLIANCE -> {
          addUsage(builder, CertificateRules.SERVER_AUTH);
          builder.addExtension(
              Extension.subjectAlternativeName,
              false,
              new GeneralNames(
                  new GeneralName(GeneralName.dNSName, CertificateRules.APPLIANCE_NAME)));
        }
        case GUEST -> addUsage(builder, CertificateRules.CLIENT_AUTH);
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void addUsage(X509v3CertificateBuilder builder, String usage)
      throws CertIOException {
    builder.addExtension(
        Extension.extendedKeyUsage,
        false,
        new ExtendedKeyUsage(KeyPurposeId.getInstance(new ASN1ObjectIdentifier(usage))));
  }
}
