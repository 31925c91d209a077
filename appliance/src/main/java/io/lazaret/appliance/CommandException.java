// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

/**
 * A command could not do what it was asked for; the message says why.
 *
 * <p>Exit codes: 2 for wrong use or settings, 3 when it could not be done.
 */
final class CommandException extends Exception {
  static final int WRONG_USE = 2;
  static final int NOT_DONE = 3;

  private final int exitCode;

  CommandException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
