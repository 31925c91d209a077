// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch.portable;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The watched folders, each of them and all below it, up to a bound; for one thread. */
final class Folders {
  private static final Logger LOG = LoggerFactory.getLogger(Folders.class);

  private final WatchService service;
  private final int most;
  private final Map<WatchKey, Path> folders = new HashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private boolean full;

  Folders(WatchService service, int most) {
    this.service = service;
    this.most = most;
  }

  /** Who is told of files. */
  interface Found {
    void file(Path file);
  }

  /** Watches a folder and all below it; tells of the files that are in it already. */
  void watch(Path root, Found found) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            return register(folder) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              found.file(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException gone) {
            LOG.debug("not watched path={} detail={}", file, String.valueOf(gone));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Nullable Path folder(WatchKey key) {
    return folders.get(key);
  }

  void forget(WatchKey key) {
    folders.remove(key);
    count.set(folders.size());
  }

  /** Folders watched now; from any thread. */
  int count() {
    return count.get();
  }

  private boolean register(Path folder) throws IOException {
    if (folders.size() >= most) {
      if (!full) {
        full = true;
        LOG.warn("too many folders: some are not watched limit={} first={}", most, folder);
      }
      return false;
    }
    WatchKey key =
        folder.register(
            service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
    folders.put(key, folder);
    count.set(folders.size());
    return true;
  }
}
