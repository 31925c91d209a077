// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import xyz.capybara.clamav.CommunicationException;
import xyz.capybara.clamav.commands.scan.ScanCommand;
import xyz.capybara.clamav.commands.scan.result.ScanResult;

/**
 * clamav-client's INSTREAM with large writes that are always whole: a content of a usual size goes
 * out in one. The library's own writes 2 KB in two pieces, and ignores how much was written.
 */
final class StreamCommand extends ScanCommand {
  /** Of one write; clamd itself reads 4 KB at a time. */
  private static final int MOST_BYTES = 128 << 10;

  private static final int LENGTH_BYTES = 4;

  private final InputStream content;
  private final ByteBuffer out;

  /**
   * @param content never answers a read with 0 bytes: a chunk of length 0 ends the stream
   * @param length of the content, so that the buffer is no larger than it has to be
   */
  StreamCommand(InputStream content, long length) {
    this.content = content;
    ByteBuffer command = getRawCommand();
    // The command, one chunk, its end, and room to see that there is no more.
    long all = command.remaining() + length + 4L * LENGTH_BYTES;
    this.out = ByteBuffer.allocate((int) Math.min(all, MOST_BYTES)).put(command);
  }

  @Override
  public String getCommandString() {
    return "INSTREAM";
  }

  @Override
  protected CommandFormat getFormat() {
    return CommandFormat.NULL_CHAR;
  }

  @Override
  public ScanResult send(InetSocketAddress server) {
    try (SocketChannel socket = SocketChannel.open(server)) {
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      while (putChunk()) {
        if (out.remaining() <= 2 * LENGTH_BYTES) {
          flush(socket);
        }
      }
      out.putInt(0);
      flush(socket);
      return readResponse(socket);
    } catch (IOException e) {
      throw new CommunicationException(e);
    }
  }

  /** Puts the next bytes behind their length; false at the end of the content. */
  private boolean putChunk() throws IOException {
    int start = out.position() + LENGTH_BYTES;
    int count = content.read(out.array(), start, out.capacity() - LENGTH_BYTES - start);
    if (count < 0) {
      return false;
    }
    if (count == 0) { // would end the stream before the content
      throw new IllegalStateException("content: read 0 bytes (expected: more, or its end)");
    }
    out.putInt(count).position(start + count);
    return true;
  }

  private void flush(SocketChannel socket) throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      socket.write(out);
    }
    out.clear();
  }
}
