// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.control;

import io.lazaret.agent.scan.FileResult;
import io.lazaret.agent.scan.FileScanner;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the command line on a Unix socket that only its owner may use: {@code status} gives
 * {@code key=value} lines, {@code scan} takes {@code file PATH} lines and gives one result line for
 * each, and a name that others have given takes words and gives rows of words. An answer ends with
 * a line that holds a dot.
 */
public final class ControlServer {
  /** Connections at the same time; another one is told so. */
  private static final int CONNECTIONS = 8;

  /** After a failure, which may come again at once: descriptors may have run out. */
  private static final Duration REST = Duration.ofMillis(100);

  static final String END = ".";
  static final String STATUS = "status";
  static final String SCAN = "scan";
  static final String FILE = "file ";

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  private final Path socket;
  private final Supplier<Map<String, List<String>>> status;
  private final Supplier<FileScanner> scanners;
  private final Map<String, Command> commands;
  private final Semaphore places = new Semaphore(CONNECTIONS);
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
  private final ServerSocketChannel listening;

  /** Answers a question of words with rows of words; may wait. */
  @FunctionalInterface
  public interface Command {
    void ask(List<String> words, Consumer<List<String>> rows) throws InterruptedException;
  }

  /**
   * Opens the socket; a dead one of an agent that was killed is replaced.
   *
   * @throws IOException when another agent answers there, or the path cannot be used
   */
  public ControlServer(
      Path socket,
      Supplier<Map<String, List<String>>> status,
      Supplier<FileScanner> scanners,
      Map<String, Command> commands)
      throws IOException {
    this.socket = socket;
    this.status = status;
    this.scanners = scanners;
    this.commands = Map.copyOf(commands);
    if (ControlClient.answers(socket)) {
      throw new IOException(socket + ": another agent runs there (expected: one at a time)");
    }
    Files.deleteIfExists(socket);
    Path fresh = socket.resolveSibling(socket.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listening.bind(UnixDomainSocketAddress.of(fresh));
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
      Files.move(fresh, socket);
    } catch (IOException | RuntimeException failed) {
      listening.close();
      throw failed;
    }
  }

  /**
   * Takes commands until {@link #stop}, on the calling thread. Each is served on a thread of its
   * own: sockets on virtual threads would bring the JDK's poller along, for good.
   */
  public void serve() {
    while (listening.isOpen()) {
      try {
        SocketChannel connection = listening.accept();
        if (places.tryAcquire()) {
          connections.add(connection);
          Thread.ofPlatform().daemon().name("command").start(() -> serve(connection));
        } else {
          connection.close();
        }
      } catch (ClosedChannelException stopped) {
        return;
      } catch (IOException failed) {
        LOG.warn("control connection failed detail={}", String.valueOf(failed));
        LockSupport.parkNanos(REST.toNanos());
      }
    }
  }

  /** Takes no more commands, ends all connections and removes the socket. */
  public void stop() throws IOException {
    listening.close();
    for (SocketChannel connection : connections) {
      connection.close();
    }
    Files.deleteIfExists(socket);
  }

  private void serve(SocketChannel connection) {
    try (connection) {
      Lines lines = new Lines(Channels.newInputStream(connection));
      OutputStream out = Channels.newOutputStream(connection);
      String command = lines.next();
      if (STATUS.equals(command)) {
        writeStatus(out);
      } else if (SCAN.equals(command)) {
        scan(lines, out);
      } else {
        ask(command == null ? List.of() : Lines.words(command), out);
      }
    } catch (IOException commandLeft) {
      LOG.debug("control connection ended detail={}", String.valueOf(commandLeft));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
      places.release();
    }
  }

  private void writeStatus(OutputStream out) throws IOException {
    StringBuilder text = new StringBuilder();
    status
        .get()
        .forEach((key, values) -> {
          for (String value : values) {
            text.append(key).append('=').append(Lines.escape(value)).append('\n');
          }
        });
    out.write(Lines.line(text + END));
  }

  private void ask(List<String> words, OutputStream out) throws IOException, InterruptedException {
    Command command = commands.get(words.isEmpty() ? "" : words.getFirst());
    if (command == null) {
      out.write(Lines.line("error=unknown command"));
      return;
    }
    Rows rows = new Rows(out);
    command.ask(words.subList(1, words.size()), rows);
    out.write(Lines.line(END));
  }

  /** Writes rows until the command line has left. */
  private static final class Rows implements Consumer<List<String>> {
    private final OutputStream out;
    private boolean left;

    Rows(OutputStream out) {
      this.out = out;
    }

    @Override
    public void accept(List<String> row) {
      try {
        if (!left) {
          out.write(Lines.line(Lines.join(row)));
        }
      } catch (IOException commandLeft) {
        left = true;
      }
    }
  }

  private void scan(Lines lines, OutputStream out) throws IOException, InterruptedException {
    FileScanner scanner = scanners.get();
    Results results = new Results(out);
    try {
      String line = lines.next();
      while (line != null && line.startsWith(FILE)) {
        String name = Lines.unescape(line.substring(FILE.length()));
        try {
          Path file = Path.of(name);
          scanner.submit(file, result -> results.tell(name, result));
        } catch (InvalidPathException notInThisLocale) {
          results.tell(name, new FileResult.NotScanned(notInThisLocale.getReason()));
        }
        line = lines.next();
      }
    } finally {
      scanner.finish();
    }
    out.write(Lines.line(END));
  }

  /** Writes results from many threads. */
  private static final class Results {
    private final OutputStream out;

    Results(OutputStream out) {
      this.out = out;
    }

    synchronized void tell(String file, FileResult result) {
      try {
        out.write(Lines.line(ResultLine.format(file, result)));
      } catch (IOException commandLeft) {
        LOG.debug("scan result not wanted any more detail={}", String.valueOf(commandLeft));
      }
    }
  }
}
