// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.scan.FileWalk;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line on the terminal with files, bytes, rate and time left, drawn over again; nothing where
 * there is no terminal. The files are counted first, beside the scan.
 */
final class ScanProgress implements AutoCloseable {
  private static final int WIDTH = 20;
  private static final long REDRAW_MILLIS = 200;
  private static final Logger LOG = LoggerFactory.getLogger(ScanProgress.class);

  private final ScanSummary summary;
  private final AtomicLong files = new AtomicLong();
  private final AtomicBoolean counted = new AtomicBoolean();
  private final boolean terminal;
  private final long startNanos = System.nanoTime();
  private volatile boolean ended;

  private ScanProgress(ScanSummary summary, boolean terminal) {
    this.summary = summary;
    this.terminal = terminal;
  }

  static ScanProgress start(ScanSummary summary, List<Path> paths, boolean quiet) {
    boolean terminal =
        !quiet && Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    ScanProgress progress = new ScanProgress(summary, terminal);
    if (terminal) {
      Thread.ofVirtual().start(() -> progress.count(paths));
      Thread.ofPlatform().daemon().name("scan-progress").start(progress::draw);
    }
    return progress;
  }

  /** The whole line for these figures; package-private for its test. */
  static String line(long done, long all, boolean counted, long bytes, double seconds) {
    double rate = seconds > 0 ? done / seconds : 0;
    int filled = counted && all > 0 ? (int) Math.min(WIDTH, WIDTH * done / all) : 0;
    String left =
        counted && rate > 0
            ? String.format(Locale.ROOT, "%.0f s left", Math.max(0, all - done) / rate)
            : "counting";
    return String.format(
        Locale.ROOT,
        "[%s%s] %d/%d files  %.1f MB  %.0f files/s  %s",
        "#".repeat(filled),
        ".".repeat(WIDTH - filled),
        done,
        all,
        bytes / 1e6,
        rate,
        left);
  }

  void done() {
    ended = true;
  }

  @Override
  public void close() {
    ended = true;
    if (terminal) {
      System.err.print("\r\u001b[K");
      System.err.flush();
    }
  }

  private void count(List<Path> paths) {
    FileWalk.Sink sink =
        new FileWalk.Sink() {
          @Override
          public boolean file(Path file, long bytes) {
            files.incrementAndGet();
            return !ended;
          }

          @Override
          public void unreadable(Path path, String why) {
            files.incrementAndGet();
          }
        };
    try {
      for (Path path : paths) {
        FileWalk.walk(path, sink);
      }
      counted.set(true);
    } catch (IOException uncounted) {
      LOG.debug("files not counted detail={}", String.valueOf(uncounted));
    }
  }

  private void draw() {
    try {
      while (!ended) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        String line = line(summary.files(), files.get(), counted.get(), summary.bytes(), seconds);
        System.err.print("\r\u001b[K" + line);
        System.err.flush();
        TimeUnit.MILLISECONDS.sleep(REDRAW_MILLIS);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
