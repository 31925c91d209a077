// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and private keys in PEM files (RFC 7468); a file is replaced as a whole, so a crash
 * leaves the old one or the new one.
 */
public final class Pem {
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String PRIVATE_KEY = "PRIVATE KEY";
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
  private static final Base64.Encoder ENCODER =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private Pem() {}

  /** All certificates of a file, in its order; at least one. */
  public static List<X509Certificate> readCertificates(Path file) throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (byte[] der : read(file, CERTIFICATE)) {
      try {
        certificates.add(certificate(ByteBuffer.wrap(der)));
      } catch (CertificateException e) {
        throw new IOException(file + ": not a certificate (expected: X.509)", e);
      }
    }
    return certificates;
  }

  /** One certificate from its DER. */
  public static X509Certificate certificate(ByteBuffer der) throws CertificateException {
    byte[] bytes = new byte[der.remaining()];
    der.duplicate().get(bytes);
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(bytes));
  }

  /** The EC private key of a file (PKCS #8, not encrypted). */
  public static PrivateKey readPrivateKey(Path file) throws IOException {
    byte[] der = read(file, PRIVATE_KEY).getFirst();
    try {
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": not a private key (expected: EC, PKCS #8)", e);
    }
  }

  /** Replaces the file; everybody may read it. */
  public static void writeCertificates(Path file, List<X509Certificate> certificates)
      throws IOException {
    StringBuilder text = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      try {
        append(text, CERTIFICATE, certificate.getEncoded());
      } catch (CertificateException e) {
        throw new IOException(file + ": certificate cannot be encoded", e);
      }
    }
    replace(file, text.toString(), "rw-r--r--");
  }

  /** Replaces the file; at no moment can anybody but the owner read it. */
  public static void writePrivateKey(Path file, PrivateKey key) throws IOException {
    StringBuilder text = new StringBuilder();
    append(text, PRIVATE_KEY, key.getEncoded());
    replace(file, text.toString(), "rw-------");
  }

  private static void append(StringBuilder text, String label, byte[] der) {
    text.append("-----BEGIN ").append(label).append("-----\n");
    text.append(ENCODER.encodeToString(der)).append('\n');
    text.append("-----END ").append(label).append("-----\n");
  }

  private static List<byte[]> read(Path file, String label) throws IOException {
    List<byte[]> found = new ArrayList<>();
    Matcher block = BLOCK.matcher(Files.readString(file, StandardCharsets.US_ASCII));
    while (block.find()) {
      if (block.group(1).equals(label)) {
        try {
          found.add(Base64.getMimeDecoder().decode(block.group(2)));
        } catch (IllegalArgumentException e) {
          throw new IOException(file + ": not base64 (expected: PEM)", e);
        }
      }
    }
    if (found.isEmpty()) {
      throw new IOException(file + ": no block " + label + " (expected: PEM)");
    }
    return found;
  }

  private static void replace(Path file, String text, String mode) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".new");
    var permissions = PosixFilePermissions.fromString(mode);
    try {
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(permissions))) {
        ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}
