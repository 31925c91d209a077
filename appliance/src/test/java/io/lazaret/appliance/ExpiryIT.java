// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.tls.CertificateRequests;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions whose certificate ends, on a clock moved by hand. */
final class ExpiryIT {
  @TempDir private Path directory;
  private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
  private final Clock clock = new AheadClock(Clock.systemUTC(), ahead);

  @Test
  void aSessionEndsWithItsCertificateUnlessThatWasRenewed() throws Exception {
    try (ApplianceRig rig = ApplianceRig.start(directory, clock, "sessions.keep-alive = 600ms")) {
      TestGuest idle = rig.guest();
      TestGuest renewing = rig.guest();
      ahead.set(Duration.ofDays(20));
      renew(renewing);

      ahead.set(Duration.ofDays(31));
      assertEquals(Refusal.CERTIFICATE_FOREIGN, idle.await(Message.Goodbye.class).code());
      renew(renewing);

      ahead.set(Duration.ofDays(62));
      assertEquals(Refusal.CERTIFICATE_FOREIGN, renewing.await(Message.Goodbye.class).code());
    }
  }

  private static void renew(TestGuest guest) throws Exception {
    byte[] request = CertificateRequests.create(CertificateRequests.newKeyPair(), "test");
    guest.send(new Message.Renew(ByteBuffer.wrap(request)));
    guest.await(Message.Enrolled.class);
  }

  private static final class AheadClock extends Clock {
    private final Clock system;
    private final AtomicReference<Duration> ahead;

    AheadClock(Clock system, AtomicReference<Duration> ahead) {
      this.system = system;
      this.ahead = ahead;
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return system.instant().plus(ahead.get());
    }
  }
}
