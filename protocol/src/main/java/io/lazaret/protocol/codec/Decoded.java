// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Message;

/** What one frame turned out to be. */
public sealed interface Decoded {
  /** A message of this version. */
  record Known(Message message) implements Decoded {}

  /** An optional frame of a type that this version does not know; to be ignored. */
  record Skipped(int type) implements Decoded {}
}
