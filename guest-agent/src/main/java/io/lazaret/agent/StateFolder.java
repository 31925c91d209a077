// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The folder of what survives the agent; only its owner may look into it. */
record StateFolder(Path folder) {
  private static final String PRIVATE = "rwx------";

  /** Makes it when there is none. */
  static StateFolder open(Path folder) throws IOException {
    try {
      Files.createDirectory(
          folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
    } catch (FileAlreadyExistsException there) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(folder + ": is no folder (expected: one, or nothing)", there);
      }
    }
    return new StateFolder(folder);
  }

  Path file(String name) {
    return folder.resolve(name);
  }
}
