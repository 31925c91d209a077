// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Refusal;

/**
 * How a session ended.
 *
 * @param code why
 * @param said whether the appliance said so itself
 */
record SessionEnd(Refusal code, boolean said, String detail) {
  /** Whether trying again soon is no use: somebody has to act first. */
  boolean needsHelp() {
    return said
        && switch (code) {
          case DUPLICATE_SESSION,
              CERTIFICATE_MISSING,
              CERTIFICATE_FOREIGN,
              CERTIFICATE_REVOKED,
              UNSUPPORTED_VERSION,
              UNKNOWN_MESSAGE,
              MALFORMED,
              FRAME_TOO_LONG,
              UNEXPECTED_MESSAGE ->
              true;
          default -> false;
        };
  }
}
