// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.content.StagingSettings;
import io.lazaret.appliance.engine.EngineSettings;
import io.lazaret.appliance.fleet.ScanSettings;
import io.lazaret.appliance.ledger.LedgerLimits;
import io.lazaret.appliance.verdict.ReverifySettings;
import io.lazaret.appliance.verdict.UploadSettings;
import java.time.Duration;

/** Reads the settings whose records belong to the packages that use them. */
final class PartSettings {
  private static final long MIB = 1L << 20;
  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private PartSettings() {}

  static StagingSettings staging(SettingsFile file) throws SettingsException {
    StagingSettings staging =
        new StagingSettings(
            file.path("staging.directory"),
            file.bytes("staging.bytes", MIB, 1L << 44),
            file.bytes("staging.bytes-per-guest", MIB, 1L << 44),
            file.number("staging.uploads", 1, 1_000_000),
            (int) file.bytes("staging.small", 0, 16 * MIB),
            file.bytes("staging.memory", 0, 1L << 40),
            (int) file.bytes("staging.credit", 16_000, 16 * MIB),
            file.duration("staging.stall", Duration.ofMillis(100), HOUR),
            processors(file.number("staging.writers", 0, 256)));
    file.require(
        "sessions.content-length",
        "at most staging.bytes and staging.bytes-per-guest",
        file.bytes("sessions.content-length", 1, 2047 * MIB)
            <= Math.min(staging.bytes(), staging.bytesPerGuest()));
    return staging;
  }

  static UploadSettings upload(SettingsFile file) throws SettingsException {
    return new UploadSettings(
        file.duration("verdicts.upload-time", Duration.ofMillis(100), HOUR),
        file.duration("verdicts.upload-patience", Duration.ofMillis(10), HOUR),
        (int) file.bytes("verdicts.upload-pace", 1, 1L << 30));
  }

  static ScanSettings scans(SettingsFile file) throws SettingsException {
    return new ScanSettings(
        file.number("scans.at-once", 1, 100_000),
        file.duration("scans.silence", Duration.ofSeconds(10), HOUR));
  }

  static ReverifySettings reverify(SettingsFile file) throws SettingsException {
    return new ReverifySettings(
        file.number("verdicts.reverify-per-second", 1, 100_000),
        file.number("verdicts.reverify-running", 1, 100_000),
        file.number("verdicts.reverify-queue", 1, 10_000_000),
        file.number("verdicts.reverify-queue-per-guest", 1, 10_000_000),
        file.duration("verdicts.reverify-answer", Duration.ofMillis(100), HOUR),
        upload(file).time().plus(file.duration("verdicts.scan-time", Duration.ofMillis(100), HOUR)),
        file.duration("verdicts.reverify-again", Duration.ofSeconds(1), Duration.ofDays(1)));
  }

  static EngineSettings engine(SettingsFile file) throws SettingsException {
    EngineSettings.Limits limits = limits(file);
    file.require(
        "sessions.content-length",
        "at most engine.content-length",
        file.bytes("sessions.content-length", 1, 2047 * MIB) <= limits.contentBytes());
    return new EngineSettings(
        daemon(file),
        limits,
        new EngineSettings.Queue(
            file.number("queue.scans", 1, 10_000_000),
            file.number("queue.scans-per-guest", 1, 10_000_000)),
        care(file));
  }

  static LedgerLimits ledger(SettingsFile file) throws SettingsException {
    return new LedgerLimits(
        file.number("ledger.queue", 16, 10_000_000),
        file.number("ledger.readers", 1, 64),
        file.duration("ledger.keep", HOUR, Duration.ofDays(3650)),
        file.duration("verdicts.keep", HOUR, Duration.ofDays(3650)),
        file.longNumber("ledger.events", 1_000, 1_000_000_000),
        file.longNumber("ledger.verdicts", 1_000, 1_000_000_000),
        file.longNumber("ledger.exposures", 1_000, 1_000_000_000),
        file.number("ledger.exposures-per-content", 1, 100_000),
        file.number("ledger.exposures-in-memory", 100, 10_000_000));
  }

  private static EngineSettings.Daemon daemon(SettingsFile file) throws SettingsException {
    ApplianceSettings.Address external = file.address("engine.external");
    String host = file.text("engine.host");
    file.require(
        "engine.host",
        "empty, or with engine.temporary",
        host.isEmpty() || !file.text("engine.temporary").isEmpty());
    EngineSettings.Managed managed =
        new EngineSettings.Managed(
            file.text("engine.binary"),
            file.path("engine.signatures"),
            file.path("engine.directory"),
            file.text("engine.temporary"),
            file.text("engine.user"),
            file.number("engine.port", 0, 0xFFFF),
            file.bytes("engine.memory", 0, 1L << 44),
            host);
    return switch (file.choice("engine.mode", Mode.class)) {
      case MANAGED -> managed;
      case EXTERNAL -> {
        file.require("engine.external", "HOST:PORT with a port above 0", external.port() > 0);
        yield new EngineSettings.External(external.host(), external.port());
      }
    };
  }

  private static EngineSettings.Limits limits(SettingsFile file) throws SettingsException {
    file.require(
        "engine.scan-bytes",
        "at least engine.content-length",
        file.bytes("engine.scan-bytes", 1, 2000 * MIB)
            >= file.bytes("engine.content-length", 1, 2000 * MIB));
    return new EngineSettings.Limits(
        processors(file.number("engine.threads", 0, 256)),
        file.bytes("engine.content-length", 1, 2000 * MIB),
        file.bytes("engine.scan-bytes", 1, 2000 * MIB),
        file.number("engine.nesting", 1, 100),
        file.number("engine.parts", 1, 10_000_000),
        file.duration("engine.scan-time", MILLISECOND, HOUR),
        file.flag("engine.alert-encrypted"));
  }

  private static EngineSettings.Care care(SettingsFile file) throws SettingsException {
    return new EngineSettings.Care(
        file.duration("engine.start-time", MILLISECOND, HOUR),
        file.duration("engine.hang-time", MILLISECOND, HOUR),
        file.duration("engine.ping-time", MILLISECOND, HOUR),
        file.duration("engine.ping-every", MILLISECOND, HOUR),
        file.duration("engine.self-test-every", MILLISECOND, Duration.ofDays(1)),
        file.duration("engine.signatures-every", MILLISECOND, Duration.ofDays(1)),
        file.number("engine.failures", 1, 1_000),
        file.duration("engine.backoff", MILLISECOND, HOUR),
        file.duration("engine.stop-grace", MILLISECOND, HOUR));
  }

  /** 0 stands for as many as there are processors, at least 2. */
  private static int processors(int set) {
    return set > 0 ? set : Math.max(2, Runtime.getRuntime().availableProcessors());
  }

  private enum Mode {
    MANAGED,
    EXTERNAL
  }
}
