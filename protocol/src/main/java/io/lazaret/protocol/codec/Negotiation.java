// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Capability;
import io.lazaret.protocol.Message.Hello;
import io.lazaret.protocol.Message.Welcome;
import java.util.EnumSet;
import java.util.Set;

/** Finds what both sides of a session speak; the same code on both. */
public sealed interface Negotiation {
  /** What is in force for the session. */
  record Agreed(int version, Set<Capability> capabilities) implements Negotiation {
    public Agreed {
      capabilities = Set.copyOf(capabilities);
    }
  }

  /** No common version: to be refused as UNSUPPORTED_VERSION. */
  record NoCommonVersion(String detail) implements Negotiation {}

  /** The appliance's part: the highest version and all capabilities that both have. */
  static Negotiation of(Hello guest, Set<Capability> ours) {
    int version = Math.min(guest.highestVersion(), Wire.VERSION);
    if (version < Math.max(guest.lowestVersion(), Wire.OLDEST_VERSION)) {
      return new NoCommonVersion(
          "version: "
              + guest.lowestVersion()
              + " to "
              + guest.highestVersion()
              + " (expected: "
              + Wire.OLDEST_VERSION
              + " to "
              + Wire.VERSION
              + ")");
    }
    return new Agreed(version, both(guest.capabilities(), ours));
  }

  /** The guest's part: checks that the appliance chose what the guest had offered. */
  static Negotiation of(Hello ours, Welcome appliance) {
    int version = appliance.version();
    if (version < ours.lowestVersion() || version > ours.highestVersion()) {
      return new NoCommonVersion(
          "version: "
              + version
              + " (expected: "
              + ours.lowestVersion()
              + " to "
              + ours.highestVersion()
              + ")");
    }
    return new Agreed(version, both(ours.capabilities(), appliance.capabilities()));
  }

  private static Set<Capability> both(Set<Capability> one, Set<Capability> other) {
    EnumSet<Capability> both = EnumSet.noneOf(Capability.class);
    for (Capability capability : one) {
      if (other.contains(capability)) {
        both.add(capability);
      }
    }
    return both;
  }
}
