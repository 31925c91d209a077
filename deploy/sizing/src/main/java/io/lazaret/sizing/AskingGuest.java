// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.Lane;
import io.lazaret.protocol.tls.EnrolmentToken;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/** One guest for tests of an appliance that is installed somewhere: enrols, then asks. */
public final class AskingGuest {
  private static final int ANSWER_SECONDS = 90;

  private final TlsIdentity identity;
  private final InetSocketAddress appliance;

  private AskingGuest(TlsIdentity identity, InetSocketAddress appliance) {
    this.identity = identity;
    this.appliance = appliance;
  }

  /** Exchanges a token for a certificate, which is kept for all sessions of this guest. */
  public static AskingGuest enrol(String token, String host, InetSocketAddress appliance)
      throws IOException {
    return new AskingGuest(
        SwarmEnrolment.one(EnrolmentToken.parse(token), host, appliance), appliance);
  }

  /** The same guest, with the same certificate, when its appliance is somewhere else now. */
  public AskingGuest at(InetSocketAddress address) {
    return new AskingGuest(identity, address);
  }

  /**
   * Asks about these contents in a session of its own and sends those that are wanted.
   *
   * @return how often each outcome came, by names such as {@code infected_scan}
   */
  public Map<String, Long> ask(byte[]... contents)
      throws IOException, InterruptedException, TimeoutException {
    try (Dialler dialler = new Dialler(1)) {
      SimulatedGuest guest =
          dialler
              .guest(identity, appliance, Contents.of(contents), Lane.OPEN)
              .opened()
              .get(ANSWER_SECONDS, TimeUnit.SECONDS);
      int[] all = IntStream.range(0, contents.length).toArray();
      Tally tally =
          guest.run(Workload.each(all, contents.length, 1)).get(ANSWER_SECONDS, TimeUnit.SECONDS);
      guest.close();
      return tally.outcomes();
    } catch (ExecutionException e) {
      throw new IOException("session: " + e.getCause(), e);
    }
  }
}
