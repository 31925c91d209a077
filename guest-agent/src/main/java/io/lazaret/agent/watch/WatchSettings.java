// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What is watched, and with how much.
 *
 * @param filesystems which are guarded
 * @param heldOpens most opens held at once; each costs a descriptor
 * @param writtenQueue most files that wait to be asked about after a write
 * @param writtenThreads questions after a write asked at once
 * @param kernelIgnore whether the kernel may skip clean files
 * @param leases which of those that users can write are among them
 */
public record WatchSettings(
    Filesystems filesystems,
    int heldOpens,
    int writtenQueue,
    int writtenThreads,
    boolean kernelIgnore,
    Leases leases) {

  /**
   * Hot files that users can write are left to the kernel under a lease each.
   *
   * @param most at one time; each costs a descriptor
   * @param on which filesystems, which they keep mounted
   * @param rest how long a file has to have been unchanged
   */
  public record Leases(int most, On on, Duration rest) {
    /** None. */
    public static final Leases NONE = new Leases(0, On.ROOT, Duration.ZERO);

    /** Which filesystems' files may be leased. */
    public enum On {
      /** That of /, which is not unmounted while an agent runs. */
      ROOT,
      /** All that are guarded. */
      GUARDED
    }

    public Leases {
      if (most < 0) {
        throw new IllegalArgumentException("leases: " + most + " (expected: >= 0)");
      }
    }
  }

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

  /**
   * The defaults: 1024 held opens, 4096 written files waiting, 4 asked about at once, none left to
   * the kernel.
   */
  public static WatchSettings defaults(List<Path> mounts) {
    return new WatchSettings(new Filesystems.Named(mounts), 1024, 4096, 4, false, Leases.NONE);
  }
}
