// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.linux.Mount;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where files can be opened that nobody asks about. */
public final class Unguarded {
  private static final Filesystems.Auto ALL = new Filesystems.Auto(true, false, List.of());

  private Unguarded() {}

  /** One mount of each filesystem, on disks and on other machines, that is not guarded. */
  public static List<Mount> of(Filesystems wanted, List<Mount> table) {
    Set<String> guarded =
        switch (wanted) {
          case Filesystems.Auto auto -> new FilesystemPolicy(auto).guarded(table).keySet();
          case Filesystems.Named named -> devices(named.paths(), table);
        };
    return new FilesystemPolicy(ALL)
        .guarded(table).entrySet().stream()
            .filter(filesystem -> !guarded.contains(filesystem.getKey()))
            .map(Map.Entry::getValue)
            .map(List::getFirst)
            .toList();
  }

  /** The filesystems that paths are on. */
  static Set<String> devices(List<Path> paths, List<Mount> table) {
    Set<String> devices = new HashSet<>();
    for (Path path : paths) {
      Overlays.filesystemOf(path.toString(), table).map(Mount::device).ifPresent(devices::add);
    }
    return devices;
  }
}
