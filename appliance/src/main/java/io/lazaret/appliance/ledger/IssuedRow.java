// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.util.List;

/**
 * A certificate that was just made.
 *
 * @param chain X.509, DER, the guest's first
 */
public record IssuedRow(CertificateRow certificate, List<byte[]> chain) {
  public IssuedRow {
    chain = List.copyOf(chain);
  }
}
