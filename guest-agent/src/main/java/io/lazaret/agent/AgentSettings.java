// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.client.ApplianceAddress;
import io.lazaret.agent.client.ClientSettings;
import io.lazaret.agent.decision.DecisionSettings;
import io.lazaret.agent.decision.Exclusions;
import io.lazaret.agent.remedy.RemedySettings;
import io.lazaret.agent.remedy.RemedySettings.Treatment;
import io.lazaret.agent.scan.ScanSettings;
import io.lazaret.agent.watch.Filesystems;
import io.lazaret.agent.watch.WatchSettings;
import io.lazaret.protocol.policy.PolicyKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Everything an agent can be told; {@code agent_full.conf} documents each option.
 *
 * @param identity the guest's key and certificates
 * @param watchedFolders most folders watched in notify mode
 * @param debts most debts kept
 * @param own keys of a policy of which the guest's own file speaks
 * @param state folder of what survives the agent
 * @param controlSocket where the running agent listens for the command line
 */
record AgentSettings(
    ClientSettings client,
    Path identity,
    Mode mode,
    WatchSettings watch,
    int watchedFolders,
    DecisionSettings decision,
    RemedySettings remedy,
    int debts,
    ScanSettings scan,
    Set<PolicyKey> own,
    Path state,
    Path controlSocket) {

  /** How files are guarded. */
  enum Mode {
    /** Opens are held until they are decided. */
    BLOCKING,
    /** Files are looked at after they were written; nothing is held. */
    NOTIFY,
    /** Blocking where the machine allows it, else notify. */
    AUTO
  }

  /** In the place of mount points: all of the machine's own. */
  static final String AUTO = "auto";

  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final int MANY = 1 << 20;

  /** Reads a file over the defaults. */
  static AgentSettings load(Path file) throws SettingsException {
    return of(SettingsFile.open(file));
  }

  static AgentSettings of(Settings file) throws SettingsException {
    return new AgentSettings(
        client(file),
        file.path("identity"),
        file.choice("mode", Mode.class),
        watch(file),
        file.number("limits.watched-folders", 1, MANY),
        decision(file),
        remedy(file),
        file.number("limits.debts", 1, MANY),
        scan(file),
        own(file),
        file.path("state"),
        file.path("control-socket"));
  }

  /** For commands that have to ask somebody. */
  void requireAppliance(Path file) throws SettingsException {
    if (client.appliances().isEmpty()) {
      throw new SettingsException(file + ": appliances: [] (expected: at least one HOST:PORT)");
    }
  }

  private static ClientSettings client(Settings file) throws SettingsException {
    return new ClientSettings(
        file.list("appliances", "HOST or HOST:PORT", ApplianceAddress::parse),
        file.number("limits.in-flight", 1, MANY),
        file.duration("away-wait", Duration.ZERO, LONGEST),
        file.number("limits.reports", 1, MANY),
        file.choice("appliance-order", ClientSettings.Order.class),
        file.duration("return-after", Duration.ofSeconds(1), LONGEST));
  }

  private static WatchSettings watch(Settings file) throws SettingsException {
    return new WatchSettings(
        filesystems(file),
        file.number("limits.held-opens", 1, MANY),
        file.number("limits.written-queue", 1, MANY),
        file.number("limits.written-at-once", 1, 64),
        file.flag("memory.kernel-ignore"),
        new WatchSettings.Leases(
            file.number("memory.leases", 0, MANY),
            file.choice("memory.leases-on", WatchSettings.Leases.On.class),
            file.duration("memory.lease-rest", Duration.ZERO, LONGEST)));
  }

  private static Filesystems filesystems(Settings file) throws SettingsException {
    Filesystems.Auto auto =
        new Filesystems.Auto(
            file.flag("auto.network"),
            file.flag("auto.tmpfs"),
            file.list("auto.exclude", "absolute mount points", AgentSettings::absolute));
    if (file.says("filesystems", AUTO)) {
      return auto;
    }
    return new Filesystems.Named(
        file.list(
            "filesystems", "absolute mount points, or the word auto", AgentSettings::absolute));
  }

  private static DecisionSettings decision(Settings file) throws SettingsException {
    Duration least = Duration.ofMillis(10);
    return new DecisionSettings(
        file.duration("deadline.execute", least, LONGEST),
        file.duration("deadline.open", least, LONGEST),
        file.duration("deadline.written", least, LONGEST),
        file.choice("failure.execute", DecisionSettings.Failure.class),
        file.choice("failure.open", DecisionSettings.Failure.class),
        file.choice("incomplete", DecisionSettings.Failure.class),
        file.choice("remedy.infected", Treatment.class) == Treatment.REPORT
            ? DecisionSettings.Failure.ALLOW
            : DecisionSettings.Failure.DENY,
        file.bytes("limits.file-size", 0, Long.MAX_VALUE),
        file.number("limits.hash-threads", 1, 64),
        file.number("memory.verdicts", 1, 1 << 24),
        exclusions(file));
  }

  private static RemedySettings remedy(Settings file) throws SettingsException {
    return new RemedySettings(
        file.choice("remedy.infected", Treatment.class),
        file.path("remedy.vault"),
        file.bytes("remedy.vault-bytes", 0, Long.MAX_VALUE),
        file.number("remedy.vault-files", 0, MANY),
        file.choice("remedy.tell", RemedySettings.Tell.class));
  }

  private static Exclusions exclusions(Settings file) throws SettingsException {
    List<String> paths = file.list("exclude.paths", "absolute paths or globs", path -> path);
    List<String> programs = file.list("exclude.programs", "absolute paths", path -> path);
    List<Integer> users = file.list("exclude.users", "user ids", Integer::parseUnsignedInt);
    long largerThan = file.bytes("exclude.larger-than", 0, Long.MAX_VALUE);
    file.make("exclude.paths", () -> Exclusions.of(paths, List.of(), Set.of(), 0));
    file.make("exclude.programs", () -> Exclusions.of(List.of(), programs, Set.of(), 0));
    return Exclusions.of(paths, programs, Set.copyOf(users), largerThan);
  }

  private static ScanSettings scan(Settings file) throws SettingsException {
    return new ScanSettings(
        file.bytes("scan.bytes-per-second", 0, 1L << 40),
        file.number("scan.files-per-second", 0, 1_000_000),
        file.number("scan.pause-cpu", 0, 100),
        file.number("scan.pause-io", 0, 100),
        file.number("scan.pause-memory", 0, 100));
  }

  private static Set<PolicyKey> own(Settings file) {
    Set<PolicyKey> own = EnumSet.noneOf(PolicyKey.class);
    for (PolicyKey key : PolicyKey.values()) {
      if (file.isOwn(key.text())) {
        own.add(key);
      }
    }
    return own;
  }

  private static Path absolute(String text) {
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException(text);
    }
    return path;
  }
}
