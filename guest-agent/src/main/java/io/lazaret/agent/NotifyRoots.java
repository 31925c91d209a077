// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.watch.Filesystems;
import java.nio.file.Path;
import java.util.List;

/** The folders that notify mode watches. */
final class NotifyRoots {
  private NotifyRoots() {}

  /** What is named, or the home of the user who runs the agent: a whole machine is too much. */
  static List<Path> of(Filesystems wanted) {
    return switch (wanted) {
      case Filesystems.Named named -> named.paths();
      case Filesystems.Auto auto -> List.of(Path.of(System.getProperty("user.home", ".")));
    };
  }
}
