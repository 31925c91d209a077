// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

/** Settings that cannot be used; the message names file, line, key, value and expectation. */
public final class SettingsException extends Exception {
  SettingsException(String message) {
    super(message);
  }
}
