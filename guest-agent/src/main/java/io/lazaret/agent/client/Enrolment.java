// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.tls.CertificateRequests;
import io.lazaret.protocol.tls.ClientTls;
import io.lazaret.protocol.tls.EnrolmentToken;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.KeyPair;

/** Exchanges a one-time token for a certificate; the key pair is made here and stays here. */
public final class Enrolment {
  private Enrolment() {}

  /** What came of it. */
  public sealed interface Result {
    /** The guest has an identity. */
    record Done(String guest, TlsIdentity identity) implements Result {}

    /** The appliance does not want this guest. */
    record Refused(Refusal code, String detail) implements Result {}
  }

  /**
   * Asks one appliance.
   *
   * @throws IOException when it cannot be reached, or is not the one that the token names
   */
  public static Result enrol(ApplianceAddress appliance, EnrolmentToken token, String host)
      throws IOException {
    ClientTls tls = ClientTls.forEnrolment(token);
    KeyPair keys = CertificateRequests.newKeyPair();
    byte[] request = CertificateRequests.create(keys, host);
    try (Transport transport = new TlsDialler(() -> tls).dial(appliance)) {
      transport.write(new Message.Enrol(token.secret(), host, ByteBuffer.wrap(request)));
      transport.flush();
      return switch (transport.read()) {
        case Message.Enrolled enrolled -> {
          TlsIdentity identity = IdentityFile.identity(keys.getPrivate(), enrolled.chain());
          if (!token.isFor(identity.authority())) {
            throw new IOException("the certificate is another authority's than the token names");
          }
          yield new Result.Done(enrolled.guest(), identity);
        }
        case Message.Goodbye goodbye -> new Result.Refused(goodbye.code(), goodbye.detail());
        default -> throw new IOException("the appliance answered with something else");
      };
    }
  }
}
