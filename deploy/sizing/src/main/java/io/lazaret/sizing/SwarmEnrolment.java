// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.codec.MessageReader;
import io.lazaret.protocol.codec.MessageWriter;
import io.lazaret.protocol.tls.CertificateRequests;
import io.lazaret.protocol.tls.ClientTls;
import io.lazaret.protocol.tls.EnrolmentToken;
import io.lazaret.protocol.tls.Pem;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Gets simulated guests their certificates, one token each. */
final class SwarmEnrolment {
  private static final int TIMEOUT_MILLIS = 10_000;

  private SwarmEnrolment() {}

  /** One identity for each line of the file, at most so many. */
  static List<TlsIdentity> all(Path tokens, int most, InetSocketAddress appliance)
      throws IOException {
    List<TlsIdentity> identities = new ArrayList<>();
    for (String line : Files.readAllLines(tokens)) {
      if (!line.isBlank() && identities.size() < most) {
        identities.add(one(EnrolmentToken.parse(line.strip()), "swarm", appliance));
      }
    }
    if (identities.size() < most) {
      throw new IOException(
          tokens
              + ": "
              + identities.size()
              + " tokens (expected: one for each guest, "
              + most
              + ")");
    }
    return identities;
  }

  /** Exchanges a token for an identity. */
  static TlsIdentity one(EnrolmentToken token, String host, InetSocketAddress appliance)
      throws IOException {
    KeyPair keys = CertificateRequests.newKeyPair();
    try (Socket plain = new Socket()) {
      plain.setSoTimeout(TIMEOUT_MILLIS);
      plain.bind(Dialler.source(appliance));
      plain.connect(appliance, TIMEOUT_MILLIS);
      try (Socket secured = ClientTls.forEnrolment(token).secure(plain)) {
        MessageWriter out = new MessageWriter(secured.getOutputStream());
        out.write(
            new Message.Enrol(
                token.text(), host, ByteBuffer.wrap(CertificateRequests.create(keys, "swarm"))));
        out.flush();
        Message answer = new MessageReader(secured.getInputStream()).read();
        if (answer instanceof Message.Enrolled(String _, List<ByteBuffer> chain)) {
          return new TlsIdentity(keys.getPrivate(), certificates(chain));
        }
        throw new IOException("enrolment: " + answer + " (expected: a certificate)");
      }
    }
  }

  private static List<X509Certificate> certificates(List<ByteBuffer> chain) throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (ByteBuffer der : chain) {
      try {
        certificates.add(Pem.certificate(der));
      } catch (CertificateException e) {
        throw new IOException("enrolment: not a certificate (expected: X.509)", e);
      }
    }
    return certificates;
  }
}
