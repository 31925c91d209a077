// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

/**
 * A trust zone.
 *
 * @param id its number
 * @param name its name
 * @param domain number of the set of verdicts it uses: its own id, unless the operator lets tenants
 *     share
 */
public record Tenant(int id, String name, int domain) {
  /** The domain of all tenants when the operator lets them share. */
  public static final int SHARED_DOMAIN = 0;

  /** The tenant of guests for which nobody named one. */
  public static final String DEFAULT = "default";
}
