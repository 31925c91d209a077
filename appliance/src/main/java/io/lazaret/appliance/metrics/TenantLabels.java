// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.metrics;

import java.util.LinkedHashSet;
import java.util.Set;

/** The tenants that have series of their own: the first {@value #MOST}; the rest is "other". */
public final class TenantLabels {
  static final int MOST = 20;
  private static final String OTHER = "other";

  private final Set<String> own = new LinkedHashSet<>();

  /** The value of the label {@code tenant} for this tenant. */
  public synchronized String of(String tenant) {
    if (own.contains(tenant)) {
      return tenant;
    }
    return own.size() < MOST && own.add(tenant) ? tenant : OTHER;
  }
}
