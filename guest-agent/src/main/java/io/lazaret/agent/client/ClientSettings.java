// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import java.time.Duration;
import java.util.List;

/**
 * How the appliance is reached.
 *
 * @param appliances in the order they are tried
 * @param inFlight asks that wait at the same time; more wait for a place
 * @param awayWait how long an ask waits for a connection that was lost, before it and all later
 *     ones are answered without a verdict
 * @param reportsKept reports kept until an appliance has stored them
 * @param order whose turn it is first
 * @param returnAfter how long another one serves before it is looked whether one that comes first
 *     is there again; then twice as long, and so on
 */
public record ClientSettings(
    List<ApplianceAddress> appliances,
    int inFlight,
    Duration awayWait,
    int reportsKept,
    Order order,
    Duration returnAfter) {

  /** In which order the appliances are tried. */
  public enum Order {
    /** As they are listed: all guests at the first one. */
    LISTED,
    /** In an order that each guest draws at its start: as many at each. */
    SPREAD
  }

  /** What an agent does unless told otherwise. */
  public static ClientSettings of(List<ApplianceAddress> appliances) {
    return new ClientSettings(
        appliances, 256, Duration.ofMillis(300), 10_000, Order.LISTED, Duration.ofSeconds(30));
  }

  public ClientSettings {
    appliances = List.copyOf(appliances);
    if (inFlight < 1) {
      throw new IllegalArgumentException("inFlight: " + inFlight + " (expected: >= 1)");
    }
    if (returnAfter.isNegative() || returnAfter.isZero()) {
      throw new IllegalArgumentException("returnAfter: " + returnAfter + " (expected: > 0)");
    }
    if (reportsKept < 1) {
      throw new IllegalArgumentException("reportsKept: " + reportsKept + " (expected: >= 1)");
    }
  }
}
