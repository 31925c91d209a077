// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of one file as it was seen, not as its path names it by now. */
@FunctionalInterface
public interface ContentReader {
  /**
   * Reads at a position without moving any other reader; may be called on any thread, virtual ones
   * too.
   *
   * @return bytes read, 0 at the end of the file
   */
  int read(ByteBuffer destination, long offset) throws IOException;
}
