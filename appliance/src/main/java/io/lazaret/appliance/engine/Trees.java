// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes directories that another user may change meanwhile: every step is relative to an open
 * directory, so one that is swapped for a link leads nowhere else.
 */
final class Trees {
  private static final Logger log = LoggerFactory.getLogger(Trees.class);

  private Trees() {}

  /** Deletes it with what is in it; nothing happens when it does not exist. */
  static void delete(Path directory) throws IOException {
    delete(directory, Set.of());
  }

  /**
   * @param owners users whose directory it may be; empty for any
   */
  static void delete(Path directory, Set<String> owners) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Path whole = directory.toAbsolutePath();
    Path parent = whole.getParent();
    Path name = whole.getFileName();
    if (parent == null || name == null) {
      throw new IOException(directory + ": not deleted (expected: a directory in another)");
    }
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(parent)) {
      if (!(stream instanceof SecureDirectoryStream<Path> secure)) {
        throw new IOException(parent + ": not deleted (no relative operations)");
      }
      try (SecureDirectoryStream<Path> opened =
          secure.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
        String owner =
            opened
                .getFileAttributeView(PosixFileAttributeView.class)
                .readAttributes()
                .owner()
                .getName();
        if (!owners.isEmpty() && !owners.contains(owner)) {
          throw new IOException(directory + ": not deleted (owner " + owner + ")");
        }
        empty(opened);
      }
      secure.deleteDirectory(name);
    }
  }

  private static void empty(SecureDirectoryStream<Path> directory) throws IOException {
    List<Path> names = new ArrayList<>();
    for (Path entry : directory) {
      names.add(entry.getFileName());
    }
    for (Path name : names) {
      try {
        boolean inner =
            directory
                .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes()
                .isDirectory();
        if (inner) {
          try (SecureDirectoryStream<Path> opened =
              directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            empty(opened);
          }
          directory.deleteDirectory(name);
        } else {
          directory.deleteFile(name);
        }
      } catch (NoSuchFileException e) {
        log.debug("Whoever owns it was quicker. file={}", name);
      }
    }
  }
}
