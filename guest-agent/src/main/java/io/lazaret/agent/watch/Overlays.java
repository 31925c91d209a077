// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.linux.Mount;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Filesystems that are made of folders of others. Since Linux 6.5 an open on an overlay is told of
 * as an open of the layer's file too. Then the overlay must not be marked when a layer is: the
 * kernel opens an event's file in the thread that reads the event, which would wait for itself.
 */
final class Overlays {
  private final boolean layersTell;

  /**
   * For one kernel.
   *
   * @param release its release, as {@code uname -r} says it
   */
  Overlays(String release) {
    String[] numbers = release.split("[^0-9]", 3);
    int major = numbers.length < 2 ? 0 : number(numbers[0]);
    layersTell = major > 6 || (major == 6 && number(numbers[1]) >= 5);
  }

  private static int number(String digits) {
    return digits.isEmpty() ? 0 : Integer.parseInt(digits);
  }

  /** Whether what is mounted is seen where its layers are, and not to be marked itself. */
  boolean seenByLayers(Mount mount) {
    return layersTell && mount.type().equals("overlay");
  }

  /**
   * Whether a layer is on a filesystem that is guarded, or may be.
   *
   * @param table of who mounted it
   * @param guarded devices
   */
  static boolean hasGuardedLayer(Mount overlay, List<Mount> table, Set<String> guarded) {
    return layers(overlay).anyMatch(layer -> mayBeOn(guarded, layer, overlay, table));
  }

  private static boolean mayBeOn(
      Set<String> guarded, String layer, Mount overlay, List<Mount> table) {
    if (!layer.startsWith("/")) {
      // From where whoever mounted it stood at that time: it may be on any but the overlay itself.
      return guarded.stream().anyMatch(device -> !device.equals(overlay.device()));
    }
    return filesystemOf(layer, table)
        .map(Mount::device)
        .filter(device -> !device.equals(overlay.device()) && guarded.contains(device))
        .isPresent();
  }

  /**
   * A layer that is surely on no guarded filesystem: what is opened of it is not seen.
   *
   * @param table of who mounted it
   * @param guarded devices
   */
  static Optional<String> unguardedLayer(Mount overlay, List<Mount> table, Set<String> guarded) {
    return layers(overlay).filter(layer -> !mayBeOn(guarded, layer, overlay, table)).findFirst();
  }

  /** The mount that a path is on: the last one of those that cover it most closely. */
  static Optional<Mount> filesystemOf(String path, List<Mount> table) {
    return table.stream()
        .filter(mount -> mount.covers(path))
        .max(
            Comparator.comparingInt(
                mount -> mount.point().length() * table.size() + table.indexOf(mount)));
  }

  /** The folders that an overlay is made of. */
  static Stream<String> layers(Mount overlay) {
    return Arrays.stream(overlay.options().split(",", -1))
        .map(option -> option.split("=", 2))
        .filter(option -> option.length == 2 && isLayer(option[0]))
        .flatMap(option -> Arrays.stream(option[1].split(":", -1)))
        .filter(layer -> !layer.isEmpty());
  }

  private static boolean isLayer(String option) {
    return option.startsWith("lowerdir")
        || option.startsWith("datadir")
        || option.equals("upperdir");
  }
}
