// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.time.Instant;
import java.util.Optional;

/**
 * An enrolment token as the ledger has it, without its secret.
 *
 * @param guest name of the guest that it is for; none when the guest may name itself
 * @param uses how often it may be used
 */
public record TokenRow(
    long id,
    String tenant,
    Optional<String> guest,
    Instant made,
    Instant expires,
    int uses,
    int used,
    Optional<Instant> revoked) {
  /** Whether it still opens the door. */
  public boolean usable(Instant now) {
    return revoked.isEmpty() && used < uses && now.isBefore(expires);
  }
}
