// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.linux.Mount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Which of a machine's filesystems are guarded by themselves. */
final class FilesystemPolicy {
  private final Filesystems.Auto wanted;

  FilesystemPolicy(Filesystems.Auto wanted) {
    this.wanted = wanted;
  }

  /**
   * The filesystems of a table that are to be guarded: by device, the mounts by which each can be
   * reached.
   */
  Map<String, List<Mount>> guarded(List<Mount> table) {
    return guarded(table, device -> false, true);
  }

  /** Those of another namespace, where this one's table does not have the filesystem. */
  Map<String, List<Mount>> guardedElsewhere(List<Mount> table, List<Mount> own) {
    return guarded(table, byDevice(own)::containsKey, false);
  }

  private Map<String, List<Mount>> guarded(
      List<Mount> table, Predicate<String> known, boolean exclusions) {
    Map<String, List<Mount>> guarded = new LinkedHashMap<>();
    byDevice(table)
        .forEach((device, mounts) -> {
          // The first mount of a filesystem is the one that an administrator knows it by.
          if (!known.test(device) && !(exclusions && isExcluded(mounts.getFirst()))) {
            List<Mount> reached = mounts.stream().filter(m -> isWanted(m, table)).toList();
            if (!reached.isEmpty()) {
              guarded.put(device, reached);
            }
          }
        });
    return guarded;
  }

  private boolean isWanted(Mount mount, List<Mount> table) {
    return switch (FilesystemType.of(mount)) {
      case LOCAL -> wanted.network() || (!mayHang(mount, table) && !isMadeOfOthers(mount, table));
      case MEMORY ->
          (wanted.memory() || isLayer(mount, table))
              && (wanted.network() || !mayHang(mount, table));
      case NETWORK -> wanted.network();
      case PROCESS, NONE -> false;
    };
  }

  private boolean isExcluded(Mount mount) {
    return wanted.excluded().stream()
        .map(Object::toString)
        .anyMatch(
            excluded -> mount.point().equals(excluded) || mount.point().startsWith(excluded + "/"));
  }

  /** Whether the way to a mount leads over something that may not answer. */
  private static boolean mayHang(Mount mount, List<Mount> table) {
    int own = table.indexOf(mount);
    for (int i = 0; i < table.size(); i++) {
      Mount other = table.get(i);
      boolean below = other.point().equals(mount.point()) && i <= own;
      if (!below && other.covers(mount.point()) && FilesystemType.of(other).mayHang()) {
        return true;
      }
    }
    return false;
  }

  /** An overlay is opened by opening its layers, which then may be the ones that do not answer. */
  private static boolean isMadeOfOthers(Mount mount, List<Mount> table) {
    return mount.type().equals("overlay")
        && Overlays.layers(mount)
            .anyMatch(layer ->
                table.stream()
                    .anyMatch(other -> other.covers(layer) && FilesystemType.of(other).mayHang()));
  }

  /** What is written to an overlay, a root that forgets for example, may be kept in memory. */
  private static boolean isLayer(Mount mount, List<Mount> table) {
    return table.stream()
        .filter(other -> other.type().equals("overlay"))
        .flatMap(Overlays::layers)
        .flatMap(layer -> Overlays.filesystemOf(layer, table).stream())
        .anyMatch(found -> found.device().equals(mount.device()));
  }

  private static Map<String, List<Mount>> byDevice(List<Mount> table) {
    Map<String, List<Mount>> mounts = new LinkedHashMap<>();
    for (Mount mount : table) {
      mounts.computeIfAbsent(mount.device(), _ -> new ArrayList<>()).add(mount);
    }
    return mounts;
  }
}
