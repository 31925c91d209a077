// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.control;

import io.lazaret.agent.scan.FileResult;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Talks to the running agent. */
public final class ControlClient implements AutoCloseable {
  /** Gets the results of a scan. */
  public interface Results {
    void result(Path file, FileResult result);
  }

  private final SocketChannel socket;
  private final OutputStream out;
  private final Lines lines;

  /** Connects; throws when no agent runs there, or it belongs to somebody else. */
  public ControlClient(Path path) throws IOException {
    socket = SocketChannel.open(UnixDomainSocketAddress.of(path));
    out = Channels.newOutputStream(socket);
    lines = new Lines(Channels.newInputStream(socket));
  }

  /** Whether a running agent listens there. */
  public static boolean answers(Path path) {
    if (!Files.exists(path)) {
      return false;
    }
    try (ControlClient client = new ControlClient(path)) {
      return client.socket.isConnected();
    } catch (IOException nobody) {
      return false;
    }
  }

  /** What the agent says about itself. */
  public Map<String, List<String>> status() throws IOException {
    out.write(Lines.line(ControlServer.STATUS));
    Map<String, List<String>> status = new LinkedHashMap<>();
    for (String line = next(); !line.equals(ControlServer.END); line = next()) {
      int equals = line.indexOf('=');
      if (equals < 0) {
        throw new IOException("the agent answered: " + line);
      }
      status
          .computeIfAbsent(line.substring(0, equals), key -> new ArrayList<>())
          .add(Lines.unescape(line.substring(equals + 1)));
    }
    return status;
  }

  /** Begins a scan; files follow. */
  public void beginScan() throws IOException {
    out.write(Lines.line(ControlServer.SCAN));
  }

  /** One file more; by one thread. */
  public void file(Path file) throws IOException {
    out.write(Lines.line(ControlServer.FILE + Lines.escape(file.toString())));
  }

  /** No more files. */
  public void endScan() throws IOException {
    out.write(Lines.line(ControlServer.END));
  }

  /** Reads all results; by one other thread. */
  public void results(Results results) throws IOException {
    for (String line = next(); !line.equals(ControlServer.END); line = next()) {
      ResultLine.parse(line, results);
    }
  }

  /** Asks one of the agent's commands; its rows go to somebody. */
  public void ask(List<String> words, Consumer<List<String>> rows) throws IOException {
    out.write(Lines.line(Lines.join(words)));
    for (String line = next(); !line.equals(ControlServer.END); line = next()) {
      rows.accept(Lines.words(line));
    }
  }

  private String next() throws IOException {
    String line = lines.next();
    if (line == null) {
      throw new EOFException("the agent ended the conversation");
    }
    return line;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
