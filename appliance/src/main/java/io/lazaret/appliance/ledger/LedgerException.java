// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import org.jspecify.annotations.Nullable;

/** The ledger cannot be used, or a read or write of it failed; the message says which and why. */
public class LedgerException extends RuntimeException {
  LedgerException(String message) {
    super(message);
  }

  LedgerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
