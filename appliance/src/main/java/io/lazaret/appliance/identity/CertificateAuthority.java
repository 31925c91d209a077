// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

import io.lazaret.protocol.tls.CertificateRequests;
import io.lazaret.protocol.tls.Pem;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The appliance's own authority: it signs the certificates of its guests and its own, and nobody
 * else's count.
 */
public final class CertificateAuthority {
  private static final Duration AUTHORITY_VALID = Duration.ofDays(3_653);
  private static final Duration SERVER_VALID = Duration.ofDays(397);
  private static final Duration SERVER_RENEWED_BEFORE_END = Duration.ofDays(60);

  private final PrivateKey key;
  private final X509Certificate certificate;
  private final InstantSource clock;

  private CertificateAuthority(PrivateKey key, X509Certificate certificate, InstantSource clock) {
    this.key = key;
    this.certificate = certificate;
    this.clock = clock;
  }

  /**
   * Makes a new authority and the appliance's certificate.
   *
   * @param directory made with mode 0700; must not hold an authority yet
   * @param name what people call this appliance
   * @param host where guests connect, informative: agents do not verify it
   */
  public static CertificateAuthority create(
      Path directory, String name, String host, InstantSource clock) throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    if (Files.exists(keyFile(directory)) || Files.exists(certificateFile(directory))) {
      throw new FileAlreadyExistsException(directory + ": has an authority already");
    }
    KeyPair keys = CertificateRequests.newKeyPair();
    Instant now = clock.instant();
    X509Certificate certificate =
        CertificateMaker.authority(keys, name, now, now.plus(AUTHORITY_VALID));
    Pem.writePrivateKey(keyFile(directory), keys.getPrivate());
    Pem.writeCertificates(certificateFile(directory), List.of(certificate));
    CertificateAuthority authority =
        new CertificateAuthority(keys.getPrivate(), certificate, clock);
    authority.makeServerIdentity(directory, host);
    return authority;
  }

  /** Reads the authority that {@link #create} made. */
  public static CertificateAuthority load(Path directory, InstantSource clock) throws IOException {
    PrivateKey key = Pem.readPrivateKey(keyFile(directory));
    X509Certificate certificate = Pem.readCertificates(certificateFile(directory)).getFirst();
    if (certificate.getNotAfter().toInstant().isBefore(clock.instant())) {
      throw new IOException(
          certificateFile(directory)
              + ": ended "
              + certificate.getNotAfter().toInstant()
              + " (expected: an authority that is valid now)");
    }
    return new CertificateAuthority(key, certificate, clock);
  }

  /** The appliance's certificate as it is on disk; none before the first start. */
  public static Optional<X509Certificate> serverCertificate(Path directory) throws IOException {
    return Files.exists(serverCertificateFile(directory))
        ? Optional.of(Pem.readCertificates(serverCertificateFile(directory)).getFirst())
        : Optional.empty();
  }

  /** The authority's own certificate. */
  public X509Certificate certificate() {
    return certificate;
  }

  /**
   * The appliance's key and certificate, made anew when it has none, when it is soon over, or when
   * it was not made by this authority.
   *
   * @param host as for {@link #create}
   */
  public TlsIdentity serverIdentity(Path directory, String host) throws IOException {
    if (Files.exists(serverCertificateFile(directory)) && Files.exists(serverKeyFile(directory))) {
      List<X509Certificate> chain = Pem.readCertificates(serverCertificateFile(directory));
      X509Certificate own = chain.getFirst();
      boolean lasts =
          own.getNotAfter().toInstant().isAfter(clock.instant().plus(SERVER_RENEWED_BEFORE_END));
      if (lasts && chain.getLast().equals(certificate)) {
        return new TlsIdentity(Pem.readPrivateKey(serverKeyFile(directory)), chain);
      }
    }
    return makeServerIdentity(directory, host);
  }

  /**
   * Makes a guest's certificate; of the request only the key is taken over.
   *
   * @param key checked by {@link GuestRequest}
   */
  X509Certificate signGuest(PublicKey key, String guest, String tenant, Duration validity) {
    Instant now = clock.instant();
    Instant end = now.plus(validity);
    Instant last = certificate.getNotAfter().toInstant();
    return CertificateMaker.guest(
        this.key, certificate, key, guest, tenant, now, end.isBefore(last) ? end : last);
  }

  /** The certificates that a guest is given, in DER: its own first. */
  List<byte[]> chain(X509Certificate guest) {
    try {
      return List.of(guest.getEncoded(), certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("certificate: cannot be encoded", e);
    }
  }

  private TlsIdentity makeServerIdentity(Path directory, String host) throws IOException {
    KeyPair keys = CertificateRequests.newKeyPair();
    Instant now = clock.instant();
    Instant last = certificate.getNotAfter().toInstant();
    Instant end = now.plus(SERVER_VALID);
    X509Certificate server =
        CertificateMaker.server(
            key, certificate, keys.getPublic(), host, now, end.isBefore(last) ? end : last);
    List<X509Certificate> chain = List.of(server, certificate);
    // A crash between the two leaves a pair that does not fit: the certificate's absence heals it.
    Files.deleteIfExists(serverCertificateFile(directory));
    Pem.writePrivateKey(serverKeyFile(directory), keys.getPrivate());
    Pem.writeCertificates(serverCertificateFile(directory), chain);
    return new TlsIdentity(keys.getPrivate(), chain);
  }

  private static Path keyFile(Path directory) {
    return directory.resolve("ca.key");
  }

  private static Path certificateFile(Path directory) {
    return directory.resolve("ca.crt");
  }

  private static Path serverKeyFile(Path directory) {
    return directory.resolve("server.key");
  }

  private static Path serverCertificateFile(Path directory) {
    return directory.resolve("server.crt");
  }
}
