// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

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
    Staging staging,
    Queue queue,
    Verdicts verdicts,
    Sessions sessions,
    Ledger ledger,
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
        Staging.read(file),
        Queue.read(file),
        Verdicts.read(file),
        Sessions.read(file),
        Ledger.read(file),
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

  /** Content on its way to the engine. */
  public record Staging(
      Path directory,
      long bytes,
      int uploads,
      int uploadsPerGuest,
      long contentLength,
      Duration stall) {
    static Staging read(SettingsFile file) throws SettingsException {
      Staging staging =
          new Staging(
              file.path("staging.directory"),
              file.bytes("staging.bytes", 1 << 20, 1L << 44),
              file.number("staging.uploads", 1, 1_000_000),
              file.number("staging.uploads-per-guest", 1, 1_000_000),
              file.bytes("staging.content-length", 1, Integer.MAX_VALUE),
              file.duration("staging.stall", Duration.ofMillis(100), Duration.ofHours(1)));
      file.require(
          "staging.content-length",
          "at most staging.bytes",
          staging.contentLength() <= staging.bytes());
      return staging;
    }
  }

  /** The queue before the engine. */
  public record Queue(int scans, int scansPerGuest, Duration retryAfter) {
    static Queue read(SettingsFile file) throws SettingsException {
      return new Queue(
          file.number("queue.scans", 1, 10_000_000),
          file.number("queue.scans-per-guest", 1, 10_000_000),
          file.duration("queue.retry-after", Duration.ofMillis(1), Duration.ofHours(1)));
    }
  }

  /** How verdicts are kept and for how long they hold. */
  public record Verdicts(int memory, Duration grace, Duration keep, int reverifyPerSecond) {
    static Verdicts read(SettingsFile file) throws SettingsException {
      return new Verdicts(
          file.number("verdicts.memory", 1_000, 100_000_000),
          file.duration("verdicts.grace", Duration.ZERO, Duration.ofDays(365)),
          file.duration("verdicts.keep", Duration.ofHours(1), Duration.ofDays(3650)),
          file.number("verdicts.reverify-per-second", 0, 100_000));
    }
  }

  /** Guests' connections. */
  public record Sessions(
      int connections,
      int connectionsPerAddress,
      Duration handshake,
      int requestsInFlight,
      int asksPerBatch,
      Duration keepAlive,
      Duration drain) {
    static Sessions read(SettingsFile file) throws SettingsException {
      return new Sessions(
          file.number("sessions.connections", 1, 1_000_000),
          file.number("sessions.connections-per-address", 1, 1_000_000),
          file.duration("sessions.handshake", Duration.ofMillis(100), Duration.ofMinutes(10)),
          file.number("sessions.requests-in-flight", 1, 1_000_000),
          file.number("sessions.asks-per-batch", 1, 0xFFFF),
          file.duration("sessions.keep-alive", Duration.ofMillis(500), Duration.ofHours(1)),
          file.duration("sessions.drain", Duration.ZERO, Duration.ofHours(1)));
    }
  }

  /** The ledger's bounds. */
  public record Ledger(
      int queue,
      int readers,
      Duration keep,
      long events,
      long verdicts,
      long exposures,
      int exposuresPerContent,
      int exposuresInMemory) {
    static Ledger read(SettingsFile file) throws SettingsException {
      return new Ledger(
          file.number("ledger.queue", 16, 10_000_000),
          file.number("ledger.readers", 1, 64),
          file.duration("ledger.keep", Duration.ofHours(1), Duration.ofDays(3650)),
          file.longNumber("ledger.events", 1_000, 1_000_000_000),
          file.longNumber("ledger.verdicts", 1_000, 1_000_000_000),
          file.longNumber("ledger.exposures", 1_000, 1_000_000_000),
          file.number("ledger.exposures-per-content", 1, 100_000),
          file.number("ledger.exposures-in-memory", 100, 10_000_000));
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
