// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

/** Another process has the ledger open: the appliance runs. */
public final class LedgerInUseException extends LedgerException {
  LedgerInUseException(String message) {
    super(message);
  }
}
