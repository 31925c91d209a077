// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Finds the regular files below a path, without following links or leaving it for /proc and /sys.
 */
public final class FileWalk extends SimpleFileVisitor<Path> {
  /** Who gets what is found. */
  public interface Sink {
    /** A regular file; false ends the walk. */
    boolean file(Path file, long bytes);

    /** A file or folder that cannot be looked at. */
    void unreadable(Path path, String why);
  }

  private final Sink sink;

  private FileWalk(Sink sink) {
    this.sink = sink;
  }

  /** Walks; returns when everything was found or the sink had enough. */
  public static void walk(Path start, Sink sink) throws IOException {
    Files.walkFileTree(start.toAbsolutePath().normalize(), new FileWalk(sink));
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
    return isPseudo(directory) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    boolean goOn = !attributes.isRegularFile() || sink.file(file, attributes.size());
    return goOn ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) {
    sink.unreadable(file, failure.getClass().getSimpleName());
    return FileVisitResult.CONTINUE;
  }

  private static boolean isPseudo(Path directory) {
    return directory.startsWith("/proc") || directory.startsWith("/sys");
  }
}
