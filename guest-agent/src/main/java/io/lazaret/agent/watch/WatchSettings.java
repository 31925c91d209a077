// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import java.nio.file.Path;
import java.util.List;

/**
 * What is watched, and with how much.
 *
 * @param filesystems which are guarded
 * @param heldOpens most opens held at once; each costs a descriptor
 * @param writtenQueue most files that wait to be asked about after a write
 * @param writtenThreads questions after a write asked at once
 * @param kernelIgnore whether the kernel may skip clean files that only root can write
 */
public record WatchSettings(
    Filesystems filesystems,
    int heldOpens,
    int writtenQueue,
    int writtenThreads,
    boolean kernelIgnore) {
  public WatchSettings {
    if (heldOpens < 1) {
      throw new IllegalArgumentException("heldOpens: " + heldOpens + " (expected: >= 1)");
    }
    if (writtenQueue < 1) {
      throw new IllegalArgumentException("writtenQueue: " + writtenQueue + " (expected: >= 1)");
    }
    if (writtenThreads < 1) {
      throw new IllegalArgumentException("writtenThreads: " + writtenThreads + " (expected: >= 1)");
    }
  }

  /** The defaults: 1024 held opens, 4096 written files waiting, 4 asked about at once. */
  public static WatchSettings defaults(List<Path> mounts) {
    return new WatchSettings(new Filesystems.Named(mounts), 1024, 4096, 4, false);
  }
}
