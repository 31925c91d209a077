// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.fleet;

/**
 * What one guest said of its policy since the appliance started.
 *
 * @param inForce version in force, 0 for none, -1 when it has not said
 * @param refused version that it refused last, 0 for none
 * @param reason why it refused that
 */
public record PolicyState(long inForce, long refused, String reason) {
  static final PolicyState UNKNOWN = new PolicyState(-1, 0, "");
}
