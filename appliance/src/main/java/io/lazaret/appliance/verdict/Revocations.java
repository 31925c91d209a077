// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.protocol.Revocation;

/** How a verdict that replaces another one is told. */
final class Revocations {
  private Revocations() {}

  static Revocation of(StoredVerdict now) {
    return new Revocation(now.content(), now.verdict(), now.epoch());
  }
}
