// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import java.nio.file.Path;
import java.util.List;

/** Which filesystems are to be guarded. */
public sealed interface Filesystems {

  /**
   * Those that are named.
   *
   * @param paths one path on each of them
   */
  record Named(List<Path> paths) implements Filesystems {
    public Named {
      paths = List.copyOf(paths);
    }
  }

  /**
   * All of the machine's own, found by the agent itself, those too that are mounted later.
   *
   * @param network whether those on other machines too
   * @param memory whether tmpfs too
   * @param excluded mount points that are left alone, with those below them
   */
  record Auto(boolean network, boolean memory, List<Path> excluded) implements Filesystems {
    public Auto {
      excluded = List.copyOf(excluded);
    }
  }

  /** Whether there is nothing to guard. */
  default boolean none() {
    return this instanceof Named named && named.paths().isEmpty();
  }
}
