// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.tls.Pem;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * The guest's key and certificates in one PEM file (RFC 7468) that only its owner may read: one
 * file, so that a renewal replaces both or neither.
 */
public final class IdentityFile {
  private static final Base64.Encoder BASE64 =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private final Path file;

  public IdentityFile(Path file) {
    this.file = file;
  }

  public Path path() {
    return file;
  }

  public boolean exists() {
    return Files.exists(file);
  }

  /** Reads key and chain. */
  public TlsIdentity read() throws IOException {
    return new TlsIdentity(Pem.readPrivateKey(file), Pem.readCertificates(file));
  }

  /** Replaces the file as a whole; a crash leaves the old one or the new one. */
  public void write(TlsIdentity identity) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = StandardCharsets.US_ASCII.encode(pem(identity));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Makes an identity of a key and the chain that an appliance sent for it. */
  public static TlsIdentity identity(PrivateKey key, List<ByteBuffer> chain) throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      for (ByteBuffer der : chain) {
        certificates.add(Pem.certificate(der));
      }
      return new TlsIdentity(key, certificates);
    } catch (CertificateException | IllegalArgumentException malformed) {
      throw new IOException("the appliance sent no certificate chain", malformed);
    }
  }

  private String pem(TlsIdentity identity) throws IOException {
    StringBuilder text = new StringBuilder();
    append(text, "PRIVATE KEY", identity.key().getEncoded());
    try {
      for (X509Certificate certificate : identity.chain()) {
        append(text, "CERTIFICATE", certificate.getEncoded());
      }
    } catch (CertificateEncodingException notDer) {
      throw new IOException(file + ": certificate cannot be encoded", notDer);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String label, byte[] der) {
    text.append("-----BEGIN ").append(label).append("-----\n");
    text.append(BASE64.encodeToString(der)).append('\n');
    text.append("-----END ").append(label).append("-----\n");
  }
}
