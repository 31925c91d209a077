// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A clamd that the engine host started for us as a user of its own, because we have no right to.
 * The connection is its life: when it breaks, the host kills clamd.
 *
 * <p>We say {@code start NAME}; the host answers {@code started PID UID}, then passes on what clamd
 * prints, and ends with {@code exit CODE}. {@code stop} asks clamd to end, closing our side kills
 * it.
 */
final class HostedProcess extends Process {
  private static final Pattern STARTED = Pattern.compile("started (\\d{1,9}) (\\d{1,9})");
  private static final Pattern EXIT = Pattern.compile("(?s).*\\bexit (\\d{1,3})\n");
  private static final int LONGEST_GREETING = 200;
  private static final int KILLED = 128 + 9;

  private final SocketChannel connection;
  private final Output output;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final long pid;
  private final String uid;
  private volatile int exit = KILLED;

  private HostedProcess(SocketChannel connection, InputStream input, long pid, String uid) {
    this.connection = connection;
    this.output = new Output(input);
    this.pid = pid;
    this.uid = uid;
  }

  /**
   * Has the host start the clamd of this configuration; it is not heard of before its output is
   * read.
   */
  static HostedProcess start(Path host, String name) throws IOException {
    SocketChannel connection = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      connection.connect(UnixDomainSocketAddress.of(host));
      say(connection, "start " + name + "\n");
      InputStream input = Channels.newInputStream(connection);
      String greeting = greeting(input);
      Matcher started = STARTED.matcher(greeting);
      if (!started.matches()) {
        throw new IOException(
            host + ": the engine host said \"" + greeting + "\" (expected: started PID UID)");
      }
      return new HostedProcess(
          connection, input, Long.parseLong(started.group(1)), started.group(2));
    } catch (IOException e) {
      connection.close();
      throw new IOException(host + ": no engine host: " + e.getMessage(), e);
    }
  }

  /** The user it runs as, by number. */
  String uid() {
    return uid;
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public InputStream getInputStream() {
    return output;
  }

  @Override
  public InputStream getErrorStream() {
    return InputStream.nullInputStream();
  }

  @Override
  public OutputStream getOutputStream() {
    return OutputStream.nullOutputStream();
  }

  @Override
  public boolean isAlive() {
    return ended.getCount() > 0;
  }

  @Override
  public int waitFor() throws InterruptedException {
    ended.await();
    return exit;
  }

  @Override
  public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
    return ended.await(timeout, unit);
  }

  @Override
  public int exitValue() {
    if (isAlive()) {
      throw new IllegalThreadStateException("clamd: runs (expected: ended)");
    }
    return exit;
  }

  @Override
  public void destroy() {
    try {
      say(connection, "stop\n");
    } catch (IOException e) {
      destroyForcibly(); // the host is gone, or will see that we are
    }
  }

  @Override
  public Process destroyForcibly() {
    try {
      connection.shutdownOutput();
    } catch (IOException e) {
      ended.countDown(); // closed already
    }
    return this;
  }

  private static void say(SocketChannel connection, String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
    while (bytes.hasRemaining()) {
      connection.write(bytes);
    }
  }

  private static String greeting(InputStream input) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = input.read();
        next >= 0 && next != '\n' && line.size() < LONGEST_GREETING;
        next = input.read()) {
      line.write(next);
    }
    return line.toString(StandardCharsets.US_ASCII);
  }

  /** What clamd prints; its end is the process's, and its last line tells how. */
  private final class Output extends InputStream {
    private final InputStream input;
    private String tail = "";

    Output(InputStream input) {
      this.input = input;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int got = -1;
      try {
        got = input.read(bytes, offset, length);
        if (got > 0) {
          String read = tail + new String(bytes, offset, got, StandardCharsets.ISO_8859_1);
          tail = read.substring(Math.max(0, read.length() - LONGEST_GREETING));
        }
        return got;
      } finally {
        if (got < 0) {
          over();
        }
      }
    }

    private void over() throws IOException {
      Matcher last = EXIT.matcher(tail);
      exit = last.matches() ? Integer.parseInt(last.group(1)) : KILLED;
      ended.countDown();
      connection.close();
    }

    @Override
    public void close() throws IOException {
      connection.close();
    }
  }
}
