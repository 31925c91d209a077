// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process that is clamd. It dies with the thread that started it, or with the connection to the
 * engine host, so that a kill -9 of the appliance leaves none behind.
 */
final class ClamdProcess implements AutoCloseable {
  private static final Duration KILLED_WITHIN = Duration.ofSeconds(5);
  private static final Logger log = LoggerFactory.getLogger(ClamdProcess.class);
  private static final int LONGEST_LINE = 500;

  private final Process process;
  private final InetSocketAddress address;
  private final Path pidFile;
  private volatile String lastError = "";
  private volatile @Nullable ListeningSocket socket;
  private volatile boolean discarded;

  private ClamdProcess(Process process, InetSocketAddress address, Path pidFile) {
    this.process = process;
    this.address = address;
    this.pidFile = pidFile;
  }

  /**
   * Starts it with these signatures; it does not answer yet.
   *
   * @param name of its configuration and pid file, different for two that run at once
   * @param database relative to the private directory
   */
  static ClamdProcess start(
      ClamdHome home, EngineSettings.Limits limits, String name, String database, int port)
      throws IOException {
    int free = port == 0 ? freePort() : port;
    Path pidFile = home.directory().resolve(name + ".pid");
    endStale(pidFile);
    home.writeConfiguration(name, limits, database, free);
    Process process = home.launch(name);
    ClamdProcess clamd =
        new ClamdProcess(
            process, new InetSocketAddress(InetAddress.getLoopbackAddress(), free), pidFile);
    if (!(process instanceof HostedProcess)) {
      note(process, pidFile);
    }
    Thread.ofPlatform().daemon().name(name + "-output").start(clamd::pump);
    log.info("clamd was started. name={} pid={} port={}", name, process.pid(), free);
    return clamd;
  }

  /** For {@link #endStale}, which a full disk may do without. */
  private static void note(Process process, Path pidFile) {
    try {
      Files.writeString(pidFile, process.pid() + "\n" + startedAt(process.toHandle()) + "\n");
    } catch (IOException e) {
      log.warn("clamd's pid was not noted. file={} detail={}", pidFile, e.toString());
    }
  }

  InetSocketAddress address() {
    return address;
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** Its last complaint, or how it ended. */
  String problem() {
    String end = process.isAlive() ? "" : "clamd ended with " + process.exitValue();
    return lastError.isEmpty() ? end : end + ": " + lastError;
  }

  /** Waits for its end for at most so long. */
  boolean ended(Duration within) throws InterruptedException {
    return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  void kill() {
    process.destroyForcibly();
  }

  /** Kills it for a reason that has nothing to do with what it scans. */
  void discard() {
    discarded = true;
    kill();
  }

  /** Whether it crashed, or was killed because it did not answer; false while it runs. */
  boolean broke() {
    return !process.isAlive() && process.exitValue() != 0 && !discarded;
  }

  /** Whether the one who answers at the address is this process: call it before any question. */
  boolean listens() {
    try {
      socket =
          (process instanceof HostedProcess hosted
                  ? ListeningSocket.ofUser(hosted.uid(), address)
                  : ListeningSocket.of(process.pid(), address))
              .orElse(null);
    } catch (IOException e) {
      log.debug("Who listens is unknown. pid={} detail={}", process.pid(), e.toString());
      socket = null;
    }
    return socket != null;
  }

  /** Whether all answers since {@link #listens} were its own: call it after them. */
  boolean holdsPort() {
    ListeningSocket present = socket;
    return present != null && process.isAlive() && present.held();
  }

  /** Whether it could not start because somebody else listens at the port. */
  boolean foreignPort() {
    try {
      return lastError.toLowerCase(Locale.ROOT).contains("bind")
          || (socket == null && ListeningSocket.taken(address));
    } catch (IOException e) {
      log.debug("Who listens is unknown. pid={} detail={}", process.pid(), e.toString());
      return false;
    }
  }

  /** TERM, then KILL after this time. */
  void stop(Duration grace) {
    process.destroy();
    boolean interrupted = false;
    try {
      if (!ended(grace)) {
        log.warn("clamd did not end in time and is killed. pid={}", process.pid());
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    awaitEnd();
    try {
      Files.deleteIfExists(pidFile);
    } catch (IOException e) {
      log.warn("A pid file could not be deleted. file={} detail={}", pidFile, e.toString());
    }
  }

  /** What is killed goes on for a moment, longer when much memory has to be given back. */
  private void awaitEnd() {
    try {
      if (!ended(KILLED_WITHIN)) {
        log.warn("clamd was killed and has not ended. pid={}", process.pid());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pump() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String text = line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) : line;
        if (text.contains("ERROR") || text.startsWith("LibClamAV Error")) {
          // The first one is the cause, those after it are its consequences.
          lastError = lastError.isEmpty() ? text : lastError;
          log.warn("clamd says. pid={} line={}", process.pid(), text);
        } else {
          log.debug("clamd says. pid={} line={}", process.pid(), text);
        }
      }
    } catch (IOException e) {
      log.debug("clamd's output ended. pid={} detail={}", process.pid(), e.toString());
    }
  }

  /** Ends one that an earlier run left behind, if the process is provably that one. */
  private static void endStale(Path pidFile) throws IOException {
    if (!Files.exists(pidFile)) {
      return;
    }
    List<String> lines = Files.readAllLines(pidFile);
    if (lines.size() == 2 && lines.get(0).matches("\\d{1,10}")) {
      Optional<ProcessHandle> stale =
          ProcessHandle.of(Long.parseLong(lines.get(0)))
              .filter(handle -> startedAt(handle).equals(lines.get(1)))
              .filter(handle -> handle.info().command().orElse("").contains("clamd"));
      stale.ifPresent(handle -> {
        log.warn("A clamd of an earlier run is ended. pid={}", handle.pid());
        var _ = handle.destroyForcibly();
      });
    }
    Files.delete(pidFile);
  }

  private static String startedAt(ProcessHandle handle) {
    return handle.info().startInstant().map(Instant::toString).orElse("unknown");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
