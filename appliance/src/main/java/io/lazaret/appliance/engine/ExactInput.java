// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A content on its way to the engine that knows whether it was read to its end, and had the length
 * it should have. Never answers a read with 0 bytes: in clamd's framing that would end the stream.
 */
final class ExactInput extends FilterInputStream {
  private final long length;
  private long read;
  private boolean begun;
  private boolean ended;
  private @Nullable String failure;

  ExactInput(InputStream in, long length) {
    super(in);
    this.length = length;
  }

  /** Empty when exactly the right bytes were handed on; else what was wrong with them. */
  String problem() {
    if (failure != null) {
      return failure;
    }
    return ended ? "" : "content: read " + read + " bytes (expected: " + length + ")";
  }

  /** Whether any of it was asked for. */
  boolean begun() {
    return begun;
  }

  /** Whether the bytes themselves were at fault, and not the one who read them. */
  boolean failed() {
    return failure != null;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, into.length);
    begun = true;
    int got;
    try {
      got = in.readNBytes(into, offset, count);
    } catch (IOException | RuntimeException e) {
      throw fail("content: " + e);
    }
    read += got;
    if (read > length) {
      throw fail("content: more than " + length + " bytes");
    }
    if (got == 0 && count > 0) {
      if (read < length) {
        throw fail("content: " + read + " bytes (expected: " + length + ")");
      }
      ended = true;
      return -1;
    }
    return got;
  }

  private IOException fail(String what) {
    failure = what;
    return new IOException(what);
  }
}
