// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the regular files below a path, always in the same order, so that a walk can go on behind
 * the file where an earlier one stopped. It follows no links, stays on the filesystem it began on
 * unless told otherwise, and holds a bounded number of names, however large a folder is.
 */
final class ScanWalk {
  /** Who gets what is found. */
  interface Sink {
    /** A regular file; false ends the walk. */
    boolean file(Path file, long bytes) throws InterruptedException;

    /** A file or folder that cannot be looked at. */
    void unreadable(Path path, String why) throws InterruptedException;
  }

  /** Names of one folder held at once; a deeper one holds fewer. */
  private static final int NAMES = 2_048;

  private static final int LEAST_NAMES = 4;

  private final Path start;
  private final boolean crossing;
  private final Sink sink;
  private final @Nullable Object filesystem;

  private ScanWalk(Path start, boolean crossing, Sink sink) {
    this.start = start;
    this.crossing = crossing;
    this.sink = sink;
    this.filesystem = filesystemOf(start);
  }

  /**
   * Walks.
   *
   * @param after the file to go on behind, empty to begin at the beginning
   * @param crossing whether other filesystems that are mounted below are looked at, too
   * @return false when the sink ended it
   */
  static boolean walk(Path start, String after, boolean crossing, Sink sink)
      throws InterruptedException {
    Path from = start.toAbsolutePath().normalize();
    ScanWalk walk = new ScanWalk(from, crossing, sink);
    Path cursor = after.isEmpty() ? null : Path.of(after);
    boolean inside = cursor != null && cursor.startsWith(from) && !cursor.equals(from);
    return walk.visit(from, inside ? cursor : null, 0);
  }

  private boolean visit(Path path, @Nullable Path cursor, int depth) throws InterruptedException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException | RuntimeException gone) {
      sink.unreadable(path, String.valueOf(gone.getClass().getSimpleName()));
      return true;
    }
    if (attributes.isDirectory()) {
      return isPseudo(path) || isElsewhere(path) || directory(path, cursor, depth);
    }
    return !attributes.isRegularFile() || sink.file(path, attributes.size());
  }

  private boolean directory(Path directory, @Nullable Path cursor, int depth)
      throws InterruptedException {
    int most = Math.max(LEAST_NAMES, NAMES >> Math.min(depth, 30));
    String after = "";
    if (cursor != null) {
      Path next = cursor.getName(directory.getNameCount());
      boolean file = cursor.getNameCount() == directory.getNameCount() + 1;
      after = next.toString();
      // The folder in which the last one stopped is not finished.
      if (!file && !visit(directory.resolve(next), cursor, depth + 1)) {
        return false;
      }
    }
    while (true) {
      SortedSet<String> names;
      try {
        names = names(directory, after, most);
      } catch (IOException | DirectoryIteratorException unreadable) {
        sink.unreadable(directory, unreadable.getClass().getSimpleName());
        return true;
      }
      for (String name : names) {
        if (!visit(directory.resolve(name), null, depth + 1)) {
          return false;
        }
        after = name;
      }
      if (names.size() < most) {
        return true;
      }
    }
  }

  /** The next names behind one, in order. */
  private static SortedSet<String> names(Path directory, String after, int most)
      throws IOException {
    TreeSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (name.compareTo(after) > 0
            && (names.size() < most || name.compareTo(names.last()) < 0)
            && names.add(name)
            && names.size() > most) {
          names.pollLast();
        }
      }
    }
    return names;
  }

  private boolean isElsewhere(Path directory) {
    Object here = crossing || directory.equals(start) ? filesystem : filesystemOf(directory);
    return here != null && !here.equals(filesystem);
  }

  /** Its number; null where the system has none. */
  private static @Nullable Object filesystemOf(Path path) {
    try {
      return Files.getAttribute(path, "unix:dev", LinkOption.NOFOLLOW_LINKS);
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException unknown) {
      return null;
    }
  }

  private static boolean isPseudo(Path directory) {
    return directory.startsWith("/proc") || directory.startsWith("/sys");
  }
}
