// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

import org.jspecify.annotations.Nullable;

/** A certificate request that cannot be signed; the message says why. */
final class InvalidRequestException extends Exception {
  InvalidRequestException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
