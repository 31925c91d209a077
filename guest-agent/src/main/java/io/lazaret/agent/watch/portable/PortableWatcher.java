// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch.portable;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import io.lazaret.agent.metrics.Metric;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notify mode: asks about files once they were not written to for a moment. When the system drops
 * events, the folder they belong to is looked through again.
 */
public final class PortableWatcher implements AutoCloseable {
  /** A file is asked about when it was quiet for so long. */
  private static final long QUIET_NANOS = Duration.ofMillis(200).toNanos();

  /** Questions at the same time. */
  private static final int ASKED = 8;

  private static final Logger LOG = LoggerFactory.getLogger(PortableWatcher.class);

  private final AccessDecision decision;
  private final Counters counters;
  private final int queueBound;
  private final WatchService service;
  private final Folders folders;
  private final Map<Path, Long> quietSince = new LinkedHashMap<>();
  private final Semaphore asked = new Semaphore(ASKED);
  private final Thread thread =
      Thread.ofPlatform().name("lazaret-notify").daemon().unstarted(this::run);

  private PortableWatcher(AccessDecision decision, Counters counters, int folders, int queue)
      throws IOException {
    this.decision = decision;
    this.counters = counters;
    this.queueBound = queue;
    this.service = FileSystems.getDefault().newWatchService();
    this.folders = new Folders(service, folders);
    counters.gauge(Gauge.FILESYSTEMS_GUARDED, () -> this.folders.count() > 0 ? 1 : 0);
  }

  /**
   * Watches the roots and everything below them.
   *
   * @param folders most folders that are watched
   * @param queue most files that wait to be quiet
   */
  public static PortableWatcher start(
      List<Path> roots, int folders, int queue, AccessDecision decision, Counters counters)
      throws IOException {
    PortableWatcher watcher = new PortableWatcher(decision, counters, folders, queue);
    try {
      for (Path root : roots) {
        watcher.folders.watch(root, _ -> {});
      }
    } catch (IOException failed) {
      watcher.service.close();
      throw failed;
    }
    watcher.thread.start();
    return watcher;
  }

  /** Folders that are watched. */
  public int folders() {
    return folders.count();
  }

  @Override
  public void close() throws IOException {
    service.close();
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) {
        WatchKey key = next();
        if (key != null) {
          handle(key);
        }
        askQuiet();
      }
    } catch (ClosedWatchServiceException | InterruptedException stopped) {
      LOG.debug("notify mode ended");
    }
  }

  private @Nullable WatchKey next() throws InterruptedException {
    return quietSince.isEmpty()
        ? service.take()
        : service.poll(QUIET_NANOS / 2, TimeUnit.NANOSECONDS);
  }

  private void handle(WatchKey key) {
    Path folder = folders.folder(key);
    for (WatchEvent<?> event : key.pollEvents()) {
      if (folder == null) {
        continue;
      }
      if (StandardWatchEventKinds.OVERFLOW.equals(event.kind())) {
        counters.count(Metric.QUEUE_OVERFLOWS);
        look(folder);
      } else if (event.context() instanceof Path name) {
        Path path = folder.resolve(name);
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          if (StandardWatchEventKinds.ENTRY_CREATE.equals(event.kind())) {
            look(path);
          }
        } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          // Anything else may have no end, or make whoever opens it wait, as pipes do.
          written(path);
        }
      }
    }
    if (!key.reset()) {
      folders.forget(key);
    }
  }

  private void look(Path folder) {
    try {
      folders.watch(folder, this::written);
    } catch (IOException gone) {
      LOG.debug("folder not watched path={} detail={}", folder, String.valueOf(gone));
    }
  }

  private void written(Path file) {
    if (quietSince.size() >= queueBound && !quietSince.containsKey(file)) {
      counters.count(Metric.WRITTEN_DROPPED);
      return;
    }
    quietSince.remove(file);
    quietSince.put(file, System.nanoTime());
  }

  private void askQuiet() throws InterruptedException {
    Iterator<Map.Entry<Path, Long>> oldestFirst = quietSince.entrySet().iterator();
    while (oldestFirst.hasNext()) {
      Map.Entry<Path, Long> entry = oldestFirst.next();
      if (System.nanoTime() - entry.getValue() < QUIET_NANOS) {
        return;
      }
      Path file = entry.getKey();
      oldestFirst.remove();
      asked.acquire();
      Thread.ofVirtual().name("lazaret-written").start(() -> ask(file));
    }
  }

  private void ask(Path file) {
    long deadline = System.nanoTime() + decision.settings().writtenDeadline().toNanos();
    try (PortableFile access = new PortableFile(file, deadline)) {
      counters.count(Metric.WRITTEN_ASKED);
      decision.answered(access, decision.decide(access));
    } catch (NoSuchFileException gone) {
      LOG.debug("file is gone path={}", file);
    } catch (IOException unreadable) {
      LOG.warn("file not looked at path={} detail={}", file, String.valueOf(unreadable));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      asked.release();
    }
  }
}
