// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Capability;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.tls.CertificateRequests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews the guest's certificate on the open session once two thirds of its life are over. */
final class Renewal {
  /** Between two requests, when the first one was not answered. */
  private static final Duration PAUSE = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);

  private final CurrentIdentity identity;
  private final String host;
  private final InstantSource clock;
  private @Nullable KeyPair requested;
  private Instant notBefore = Instant.MIN;

  Renewal(CurrentIdentity identity, String host, InstantSource clock) {
    this.identity = identity;
    this.host = host;
    this.clock = clock;
  }

  /** Asks for a new certificate if it is time. */
  synchronized void tick(ApplianceSession session) {
    Instant now = clock.instant();
    if (now.isBefore(notBefore) || !session.has(Capability.RENEWAL)) {
      return;
    }
    Instant due = dueAt(identity.identity().certificate());
    if (now.isBefore(due)) {
      notBefore = due;
      return;
    }
    notBefore = now.plus(PAUSE);
    requested = CertificateRequests.newKeyPair();
    session.send(new Message.Renew(ByteBuffer.wrap(CertificateRequests.create(requested, host))));
  }

  /** Takes the new certificate, for the next connection. */
  synchronized void enrolled(Message.Enrolled enrolled) {
    KeyPair keys = requested;
    if (keys == null) {
      LOG.warn("a certificate came that was not asked for");
      return;
    }
    requested = null;
    try {
      identity.replace(IdentityFile.identity(keys.getPrivate(), enrolled.chain()));
      notBefore = Instant.MIN;
      LOG.info(
          "certificate renewed guest={} until={}",
          enrolled.guest(),
          identity.identity().certificate().getNotAfter().toInstant());
    } catch (IOException failed) {
      LOG.error("certificate not renewed detail={}", String.valueOf(failed));
    }
  }

  static Instant dueAt(X509Certificate certificate) {
    Instant from = certificate.getNotBefore().toInstant();
    Duration life = Duration.between(from, certificate.getNotAfter().toInstant());
    return from.plus(life.multipliedBy(2).dividedBy(3));
  }
}
