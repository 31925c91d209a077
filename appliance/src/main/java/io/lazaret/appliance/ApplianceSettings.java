// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.content.StagingSettings;
import io.lazaret.appliance.engine.EngineSettings;
import io.lazaret.appliance.fleet.ScanSettings;
import io.lazaret.appliance.ledger.LedgerLimits;
import io.lazaret.appliance.verdict.ReverifySettings;
import io.lazaret.appliance.verdict.UploadSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What the operator sets; every option, its default and its meaning is in {@code
 * appliance_full.conf}.
 *
 * @param file the file it was read from
 */
public record ApplianceSettings(
    Path file,
    Listen listen,
    State state,
    Identity identity,
    Verdicts verdicts,
    Sessions sessions,
    StagingSettings staging,
    EngineSettings engine,
    LedgerLimits ledger,
    ScanSettings scans,
    Admin admin) {

  /** Reads the file over the defaults. */
  public static ApplianceSettings load(Path file) throws SettingsException {
    return read(file, SettingsFile.open(file));
  }

  static ApplianceSettings read(Path path, SettingsFile file) throws SettingsException {
    return new ApplianceSettings(
        path,
        Listen.read(file),
        State.read(file),
        Identity.read(file),
        Verdicts.read(file),
        Sessions.read(file),
        PartSettings.staging(file),
        PartSettings.engine(file),
        PartSettings.ledger(file),
        PartSettings.scans(file),
        Admin.read(file));
  }

  /** Where the appliance listens. */
  public record Listen(Address guests, Address admin) {
    static Listen read(SettingsFile file) throws SettingsException {
      return new Listen(file.address("listen.guests"), file.address("listen.admin"));
    }
  }

  /** Where it keeps what must survive. */
  public record State(Path directory) {
    static State read(SettingsFile file) throws SettingsException {
      return new State(file.path("state.directory"));
    }

    /** The ledger's file. */
    public Path ledger() {
      return directory.resolve("ledger.db");
    }

    /** Room for infected verdicts that the ledger cannot save. */
    public Path reserve() {
      return directory.resolve("infected.reserve");
    }

    /** The credential of the admin port. */
    public Path adminToken() {
      return directory.resolve("admin.token");
    }
  }

  /** Certificates, enrolment and tenants. */
  public record Identity(
      Path authority,
      Duration certificateValid,
      int enrolmentsPerMinute,
      boolean tenantsShareVerdicts) {
    static Identity read(SettingsFile file) throws SettingsException {
      return new Identity(
          file.path("identity.authority"),
          file.duration("identity.certificate-valid", Duration.ofMinutes(1), Duration.ofDays(825)),
          file.number("identity.enrolments-per-minute", 1, 1_000_000),
          file.flag("identity.tenants-share-verdicts"));
    }
  }

  /** How verdicts are kept, for how long they hold, and how many asks may wait for one. */
  public record Verdicts(
      int memory,
      Duration grace,
      Duration executeGrace,
      Duration keep,
      int flights,
      int waiters,
      int waitersPerFlight,
      int waitersPerGuest,
      UploadSettings upload,
      Duration scanTime,
      Duration busyRetry,
      ReverifySettings reverify) {
    static Verdicts read(SettingsFile file) throws SettingsException {
      Duration year = Duration.ofDays(365);
      Duration hour = Duration.ofHours(1);
      return new Verdicts(
          file.number("verdicts.memory", 1_000, 100_000_000),
          file.duration("verdicts.grace", Duration.ZERO, year),
          file.duration("verdicts.execute-grace", Duration.ZERO, year),
          file.duration("verdicts.keep", hour, Duration.ofDays(3650)),
          file.number("verdicts.flights", 1, 10_000_000),
          file.number("verdicts.waiters", 1, 100_000_000),
          file.number("verdicts.waiters-per-flight", 1, 10_000_000),
          file.number("verdicts.waiters-per-guest", 1, 10_000_000),
          PartSettings.upload(file),
          file.duration("verdicts.scan-time", Duration.ofMillis(100), hour),
          file.duration("verdicts.busy-retry", Duration.ofMillis(1), hour),
          PartSettings.reverify(file));
    }
  }

  /** Guests' connections. */
  public record Sessions(
      int connections,
      int connectionsPerAddress,
      int strangers,
      Duration handshake,
      Duration probe,
      int requestsInFlight,
      int asksPerBatch,
      long contentLength,
      int uploadsPerGuest,
      int reportsPerGuest,
      long outboundBytes,
      Duration keepAlive,
      Duration drain) {
    static Sessions read(SettingsFile file) throws SettingsException {
      return new Sessions(
          file.number("sessions.connections", 1, 1_000_000),
          file.number("sessions.connections-per-address", 1, 1_000_000),
          file.number("sessions.strangers", 1, 1_000_000),
          file.duration("sessions.handshake", Duration.ofMillis(100), Duration.ofMinutes(10)),
          file.duration("sessions.probe", Duration.ofMillis(10), Duration.ofMinutes(1)),
          file.number("sessions.requests-in-flight", 1, 1_000_000),
          file.number("sessions.asks-per-batch", 1, 0xFFFF),
          file.bytes("sessions.content-length", 1, 2047L << 20),
          file.number("sessions.uploads-per-guest", 1, 1_000_000),
          file.number("sessions.reports-per-guest", 1, 10_000),
          file.bytes("sessions.outbound", 64 << 10, 1L << 30),
          file.duration("sessions.keep-alive", Duration.ofMillis(500), Duration.ofHours(1)),
          file.duration("sessions.drain", Duration.ZERO, Duration.ofHours(1)));
    }
  }

  /** The admin port's bounds. */
  public record Admin(int requests, Duration timeout, int bodyBytes) {
    static Admin read(SettingsFile file) throws SettingsException {
      return new Admin(
          file.number("admin.requests", 1, 10_000),
          file.duration("admin.timeout", Duration.ofMillis(100), Duration.ofMinutes(10)),
          (int) file.bytes("admin.body", 1_024, 1 << 24));
    }
  }

  /**
   * A host and a port to listen on or to connect to.
   *
   * @param port 0 for any free one
   */
  public record Address(String host, int port) {
    /** Reads {@code HOST:PORT} or {@code [IPV6]:PORT}. */
    public static Address parse(String text) {
      int colon = text.lastIndexOf(':');
      String host = colon < 0 ? "" : text.substring(0, colon);
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      } else if (host.indexOf(':') >= 0) {
        host = "";
      }
      int port = host.isEmpty() ? -1 : parsePort(text.substring(colon + 1));
      if (port < 0) {
        throw new IllegalArgumentException(
            "address: " + text + " (expected: HOST:PORT or [IPV6]:PORT)");
      }
      return new Address(host, port);
    }

    /** The address for a socket; looks the host up. */
    public InetSocketAddress toSocketAddress() {
      return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static int parsePort(String text) {
      if (text.isEmpty() || text.length() > 5 || !text.matches("[0-9]+")) {
        return -1;
      }
      int port = Integer.parseInt(text);
      return port > 0xFFFF ? -1 : port;
    }
  }
}
