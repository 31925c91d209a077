// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.fleet;

import io.lazaret.appliance.identity.Guest;
import java.util.Optional;

/**
 * Whom a policy is for; the narrowest one that is set counts.
 *
 * @param name of the guest or tenant, empty for all
 */
public record PolicyScope(Kind kind, String name) {
  /** From the narrowest to the widest. */
  public enum Kind {
    GUEST,
    TENANT,
    DEFAULT
  }

  /** Everybody for whom there is nothing narrower. */
  public static final PolicyScope ALL = new PolicyScope(Kind.DEFAULT, "");

  /** The scope that these options name, at most one of them. */
  public static PolicyScope of(Optional<String> guest, Optional<String> tenant) {
    if (guest.isPresent() && tenant.isPresent()) {
      throw new IllegalArgumentException("scope: a guest and a tenant (expected: one of them)");
    }
    return guest
        .map(name -> new PolicyScope(Kind.GUEST, name))
        .or(() -> tenant.map(name -> new PolicyScope(Kind.TENANT, name)))
        .orElse(ALL);
  }

  boolean holds(Guest guest) {
    return switch (kind) {
      case GUEST -> guest.name().equals(name);
      case TENANT -> guest.tenant().name().equals(name);
      case DEFAULT -> true;
    };
  }

  @Override
  public String toString() {
    return switch (kind) {
      case GUEST -> "guest " + name;
      case TENANT -> "tenant " + name;
      case DEFAULT -> "default";
    };
  }
}
