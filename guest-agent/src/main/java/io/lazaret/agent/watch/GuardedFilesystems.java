// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.linux.Fanotify;
import io.lazaret.agent.linux.LinuxException;
import io.lazaret.agent.linux.Mount;
import io.lazaret.agent.linux.MountNamespaces;
import io.lazaret.agent.linux.MountTable;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the marks where they are to be, as filesystems come and go. Every look marks all of them
 * again, which changes nothing where nothing changed and misses nothing where a number was used
 * again. Looks are taken on a thread that lives as long as they do: a look may wait for a disk.
 */
final class GuardedFilesystems implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedFilesystems.class);

  /** How often other mount namespaces are looked for, of which the kernel tells nothing. */
  private static final long NAMESPACES_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Filesystems wanted;
  private final Fanotify group;
  private final MountNamespaces namespaces = new MountNamespaces();
  private final Overlays overlays = new Overlays(System.getProperty("os.version", ""));
  private final AtomicBoolean looking = new AtomicBoolean();
  private final AtomicBoolean changed = new AtomicBoolean();

  /** By device, or by path where that is what was named: what is guarded, and where it is. */
  private volatile Map<String, String> guarded = Map.of();

  /** What is to be guarded but cannot be, each told of once; of the looking thread. */
  private final Set<String> complained = new HashSet<>();

  private final Set<String> failing = new HashSet<>();

  /** Named paths at which something was mounted once: without it they belong to others. */
  private final Set<String> wasMounted = new HashSet<>();

  /** What has a mark of its own; of the looking thread. */
  private final Set<String> marked = new HashSet<>();

  private volatile int unguarded;
  private volatile long lastLookNanos = System.nanoTime();
  private volatile boolean closed;

  GuardedFilesystems(Filesystems wanted, Fanotify group, Counters counters) {
    this.wanted = wanted;
    this.group = group;
    counters.gauge(Gauge.FILESYSTEMS_GUARDED, () -> guarded.size());
    counters.gauge(Gauge.FILESYSTEMS_UNGUARDED, () -> unguarded);
  }

  /** Where the guarded filesystems are mounted. */
  List<String> guarded() {
    return List.copyOf(new TreeSet<>(guarded.values()));
  }

  /**
   * Guards what is to be guarded now.
   *
   * @throws IOException when one that was named cannot be guarded, or not even the mounts be read
   */
  void guardAll() throws IOException {
    switch (wanted) {
      case Filesystems.Named named -> {
        List<Mount> own = MountTable.own();
        Set<String> devices = Unguarded.devices(named.paths(), own);
        Map<String, String> now = new LinkedHashMap<>();
        for (Path path : named.paths()) {
          Optional<Mount> mount = Overlays.filesystemOf(path.toString(), own);
          if (mount.filter(found -> isSeenByLayers(found, own, devices)).isEmpty()) {
            group.markFilesystem(path.toString());
            marked.add(path.toString());
          } else {
            Optional<String> layer = Overlays.unguardedLayer(mount.get(), own, devices);
            if (layer.isPresent()) {
              throw new IOException(unguarded(path.toString(), layer.get()));
            }
          }
          now.put(path.toString(), path.toString());
        }
        replace(now);
        own.forEach(mount -> wasMounted.add(mount.point()));
      }
      case Filesystems.Auto auto -> {
        look();
        if (guarded.isEmpty()) {
          throw new IOException("filesystems = auto: none can be guarded (expected: at least /)");
        }
      }
    }
  }

  /** Mounts have changed: the next {@link #lookWhenDue} is due. */
  void mountsChanged() {
    changed.set(true);
  }

  /** Takes a look on a thread of its own, if there is a reason to; never waits. */
  void lookWhenDue() {
    boolean reason =
        changed.get()
            || (wanted instanceof Filesystems.Auto
                && System.nanoTime() - lastLookNanos > NAMESPACES_NANOS);
    if (reason && !closed && looking.compareAndSet(false, true)) {
      changed.set(false);
      lastLookNanos = System.nanoTime();
      try {
        Thread.ofPlatform().daemon().name("filesystems").start(this::lookAgain);
      } catch (Error noThread) {
        looking.set(false);
        throw noThread;
      }
    }
  }

  private void lookAgain() {
    try {
      look();
    } catch (IOException | RuntimeException e) {
      LOG.error("mounts cannot be looked at, new ones are not guarded", e);
    } finally {
      looking.set(false);
    }
  }

  private void look() throws IOException {
    failing.clear();
    marked.retainAll(guarded.keySet());
    List<Mount> own = MountTable.own();
    Map<String, String> now = new LinkedHashMap<>();
    switch (wanted) {
      case Filesystems.Named named -> {
        Set<String> devices = Unguarded.devices(named.paths(), own);
        for (Path path : named.paths()) {
          markNamed(path.toString(), own, devices, now);
        }
        lookAtLayers(own, devices, now);
      }
      case Filesystems.Auto auto -> {
        FilesystemPolicy policy = new FilesystemPolicy(auto);
        Map<String, List<Mount>> found = policy.guarded(own);
        mark("", found, mount -> isSeenByLayers(mount, own, found.keySet()), now);
        lookAtLayers(own, found.keySet(), now);
        for (int pid : namespaces.others().values()) {
          markElsewhere(pid, policy, own, now);
        }
      }
    }
    replace(now);
  }

  /** What is mounted at a path that was named; where nothing is, its folder belongs to another. */
  private void markNamed(
      String path, List<Mount> table, Set<String> devices, Map<String, String> now) {
    List<Mount> there = table.stream().filter(mount -> mount.point().equals(path)).toList();
    if (!there.isEmpty()) {
      wasMounted.add(path);
      mark("", Map.of(path, there), mount -> isSeenByLayers(mount, table, devices), now);
    } else if (guarded.containsKey(path) && !wasMounted.contains(path)) {
      now.put(path, path);
    }
  }

  private void markElsewhere(
      int pid, FilesystemPolicy policy, List<Mount> own, Map<String, String> now) {
    try {
      List<Mount> table = MountTable.of(pid);
      Map<String, List<Mount>> there = policy.guardedElsewhere(table, own);
      there.keySet().removeAll(now.keySet());
      // Paths of layers say little here: they are those of whoever mounted it.
      mark("/proc/" + pid + "/root", there, overlays::seenByLayers, now);
    } catch (IOException e) {
      LOG.debug("mounts of a process cannot be read, it has ended pid={}", pid);
    }
  }

  private boolean isSeenByLayers(Mount mount, List<Mount> table, Set<String> guarded) {
    return overlays.seenByLayers(mount) && Overlays.hasGuardedLayer(mount, table, guarded);
  }

  private void mark(
      String root,
      Map<String, List<Mount>> mounts,
      Predicate<Mount> seenByLayers,
      Map<String, String> now) {
    // These first: an overlay and its layer must not be marked at one time.
    mounts.forEach((key, reached) -> {
      if (seenByLayers.test(reached.getFirst())) {
        unmark(root, key, reached.getFirst());
        now.put(key, reached.getFirst().point());
      }
    });
    mounts.forEach((key, reached) -> {
      if (now.containsKey(key)) {
        return;
      }
      String failure = "covered by other mounts";
      for (Mount mount : reached) {
        try {
          if (group.markMount(root + mount.point(), mount.id())) {
            marked.add(key);
            now.put(key, mount.point());
            return;
          }
        } catch (LinuxException e) {
          failure = String.valueOf(e.getMessage());
        }
      }
      fails(reached.getFirst().point(), failure);
    });
  }

  /** What is seen by its layers is guarded only if all of them are. */
  private void lookAtLayers(List<Mount> table, Set<String> devices, Map<String, String> now) {
    for (Mount mount : table) {
      boolean byLayers =
          !marked.contains(mount.device())
              && !marked.contains(mount.point())
              && now.containsValue(mount.point())
              && isSeenByLayers(mount, table, devices);
      if (byLayers) {
        Overlays.unguardedLayer(mount, table, devices)
            .ifPresent(layer -> {
              now.values().remove(mount.point());
              fails(mount.point(), unguarded(mount.point(), layer));
            });
      }
    }
  }

  private static String unguarded(String overlay, String layer) {
    return "overlay "
        + overlay
        + " has its layer "
        + layer
        + " on a filesystem that is not guarded (expected: that one is guarded too)";
  }

  private void fails(String point, String why) {
    failing.add(point);
    if (complained.add(point)) {
      LOG.error("filesystem cannot be guarded mount={} detail={}", point, why);
    }
  }

  /** An overlay that had a mark of its own: one of its layers is guarded only since now. */
  private void unmark(String root, String key, Mount overlay) {
    if (marked.remove(key)) {
      try {
        group.unmarkFilesystem(root + overlay.point());
      } catch (LinuxException e) {
        LOG.error("overlay keeps its mark mount={} detail={}", overlay.point(), e.getMessage());
      }
    }
  }

  private void replace(Map<String, String> now) {
    Map<String, String> before = guarded;
    guarded = Map.copyOf(now);
    unguarded = failing.size();
    now.forEach((key, mount) -> {
      if (!before.containsKey(key)) {
        LOG.info("filesystem is guarded mount={}", mount);
      }
    });
    before.forEach((key, mount) -> {
      if (!now.containsKey(key)) {
        LOG.info("filesystem is gone mount={}", mount);
      }
    });
  }

  /** Guards nothing any more. */
  @Override
  public void close() throws LinuxException {
    closed = true;
    group.unmarkAll();
    guarded = Map.of();
  }
}
