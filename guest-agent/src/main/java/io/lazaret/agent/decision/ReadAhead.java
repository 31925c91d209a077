// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.agent.client.ContentReader;
import io.lazaret.protocol.Lane;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Serves reads of one sender: at once from what is in memory, else from larger reads made on the
 * content threads.
 */
final class ReadAhead implements ContentReader {
  private static final int BUFFER_BYTES = 32 << 10;

  private final ContentReader content;
  private final ContentThreads threads;
  private final int capacity;
  private final Lane lane;
  private @Nullable ByteBuffer buffer;
  private long bufferOffset;

  ReadAhead(ContentReader content, ContentThreads threads, long length, Lane lane) {
    this.content = content;
    this.threads = threads;
    this.lane = lane;
    capacity = (int) Math.min(BUFFER_BYTES, length);
  }

  @Override
  public synchronized int read(ByteBuffer destination, long offset) throws IOException {
    int atOnce = threads.readAtOnce(content, destination, offset);
    if (atOnce != ContentReader.WOULD_WAIT) {
      return atOnce;
    }
    ByteBuffer ahead = buffer;
    if (ahead == null) {
      ahead = ByteBuffer.allocate(capacity).limit(0);
      buffer = ahead;
    }
    if (offset < bufferOffset || offset >= bufferOffset + ahead.limit()) {
      fill(ahead, offset);
    }
    int at = (int) (offset - bufferOffset);
    int length = Math.min(destination.remaining(), ahead.limit() - at);
    destination.put(ahead.slice(at, length));
    return length;
  }

  @Override
  public int readAtOnce(ByteBuffer destination, long offset) throws IOException {
    return threads.readAtOnce(content, destination, offset);
  }

  private void fill(ByteBuffer ahead, long offset) throws IOException {
    ahead.clear();
    int got;
    try {
      got = threads.read(content, ahead, offset, lane);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ahead.limit(0);
      throw (IOException) new InterruptedIOException("nobody needs the content").initCause(e);
    }
    ahead.position(0).limit(got);
    bufferOffset = offset;
  }
}
