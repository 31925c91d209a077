// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of one file as it was seen, not as its path names it by now. */
@FunctionalInterface
public interface ContentReader {
  /** What {@link #readAtOnce} returns instead of waiting for a disk. */
  int WOULD_WAIT = -1;

  /**
   * Reads at a position without moving any other reader; may be called on any thread, virtual ones
   * too.
   *
   * @return bytes read, 0 at the end of the file
   */
  int read(ByteBuffer destination, long offset) throws IOException;

  /**
   * Reads only what is in memory already.
   *
   * @param destination a direct buffer, unless the reader says otherwise
   * @return as {@link #read}, or {@link #WOULD_WAIT}
   */
  default int readAtOnce(ByteBuffer destination, long offset) throws IOException {
    return WOULD_WAIT;
  }
}
