// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.client.Greeting;
import io.lazaret.protocol.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.slf4j.LoggerFactory;

/** What the agent says it is. */
final class Identification {
  /** What this agent does; it names nothing that it does not obey. */
  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.REVOCATION,
          Capability.REPORTS,
          Capability.POLICY,
          Capability.SCAN_ORDERS,
          Capability.DRAIN,
          Capability.RENEWAL);

  private Identification() {}

  static String version() {
    return Objects.requireNonNullElse(
        Identification.class.getPackage().getImplementationVersion(), "development");
  }

  /** The host's own name for itself, without asking the network. */
  static String host() {
    Path kernelsName = Path.of("/proc/sys/kernel/hostname");
    try {
      if (Files.isReadable(kernelsName)) {
        return Files.readString(kernelsName).strip();
      }
    } catch (IOException unreadable) {
      LoggerFactory.getLogger(Identification.class)
          .debug("host name unknown detail={}", String.valueOf(unreadable));
    }
    return Objects.requireNonNullElse(System.getenv("COMPUTERNAME"), "guest");
  }

  static Greeting greeting() {
    return new Greeting(
        CAPABILITIES,
        "lazaret-agent " + version(),
        host(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"));
  }
}
