// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.engine.TestSignatures;
import io.lazaret.appliance.identity.CertificateAuthority;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.protocol.tls.EnrolmentToken;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A whole appliance in a folder, with a real clamd and the tiny signature set. */
final class ApplianceRig implements AutoCloseable {
  private final Path file;
  private final List<TestGuest> guests = new ArrayList<>();
  private Appliance appliance;

  private ApplianceRig(Path file, Appliance appliance) {
    this.file = file;
    this.appliance = appliance;
  }

  /**
   * Makes it and waits until its engine is ready.
   *
   * @param settings further lines of its settings file
   */
  static ApplianceRig start(Path directory, String... settings) throws Exception {
    return start(directory, Clock.systemUTC(), settings);
  }

  static ApplianceRig start(Path directory, Clock clock, String... settings) throws Exception {
    TestSignatures.writeTo(directory.resolve("signatures"));
    CertificateAuthority.create(directory.resolve("ca"), "test", "localhost", Clock.systemUTC());
    Path file = directory.resolve("appliance.conf");
    Files.writeString(
        file,
        """
        listen.guests = "127.0.0.1:0"
        listen.admin = "127.0.0.1:0"
        engine.signatures = signatures
        engine.ping-every = 200ms
        engine.signatures-every = 100ms
        identity.enrolments-per-minute = 1000
        sessions.drain = 1s
        """
            + String.join("\n", settings)
            + "\n");
    Files.createDirectories(directory.resolve("state"));
    ApplianceRig rig = new ApplianceRig(file, Appliance.start(ApplianceSettings.load(file), clock));
    try {
      await("engine ready", () -> rig.appliance.engine().status().ready());
      await("epoch known", () -> rig.appliance.verdicts().epoch() != 0);
    } catch (AssertionError e) {
      rig.close();
      throw e;
    }
    return rig;
  }

  Appliance appliance() {
    return appliance;
  }

  InetSocketAddress address() {
    return appliance.guestAddress();
  }

  void restart() throws Exception {
    appliance.close();
    appliance = Appliance.start(ApplianceSettings.load(file));
    await("engine ready", () -> appliance.engine().status().ready());
    await("epoch known", () -> appliance.verdicts().epoch() != 0);
  }

  TlsIdentity enrol(String tenant) throws IOException, GeneralSecurityException {
    return TestGuest.enrol(address(), token(tenant));
  }

  EnrolmentToken token(String tenant) {
    return appliance
        .tokens()
        .create(tenant, Optional.empty(), Duration.ofMinutes(5), 1)
        .join()
        .orElseThrow();
  }

  /** A new guest with an open session. */
  TestGuest guest() throws IOException, GeneralSecurityException {
    return guest("default");
  }

  TestGuest guest(String tenant) throws IOException, GeneralSecurityException {
    return open(enrol(tenant));
  }

  TestGuest open(TlsIdentity identity) throws IOException {
    TestGuest guest = TestGuest.open(address(), identity);
    guests.add(guest);
    return guest;
  }

  long count(Metric metric, String... labels) {
    return appliance.metrics().counter(metric, labels).total();
  }

  /** The value of a metric without labels, as Prometheus would see it. */
  double metric(String name) {
    return appliance
        .metrics()
        .scrape()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  /** Scans that the engine ended with a verdict for guests, self-tests left out. */
  long uploads() {
    return count(Metric.UPLOADS, "complete");
  }

  static void await(String what, java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not in time: " + what);
      try {
        TimeUnit.MILLISECONDS.sleep(5);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** In pieces, so that a scanner on somebody's machine does not eat this file. */
  static byte[] eicar() {
    return text(
        String.join(
            "", "X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"));
  }

  @Override
  public void close() throws IOException {
    for (TestGuest guest : guests) {
      guest.close();
    }
    appliance.close();
  }
}
