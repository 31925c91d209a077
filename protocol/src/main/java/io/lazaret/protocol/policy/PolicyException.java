// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.policy;

/**
 * A policy that cannot be taken, as a whole; the message says where, what and what was expected.
 */
public final class PolicyException extends Exception {
  PolicyException(String message) {
    super(message);
  }
}
