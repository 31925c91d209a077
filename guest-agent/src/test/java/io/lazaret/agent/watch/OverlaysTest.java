// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.linux.Mount;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OverlaysTest {
  private static final Mount ROOT = new Mount(1, "8:1", "/", "/", "ext4", "rw");
  private static final Mount FAR = new Mount(2, "0:40", "/", "/far", "tmpfs", "rw");

  private static Mount overlay(String options) {
    return new Mount(3, "0:50", "/", "/merged", "overlay", options);
  }

  private static boolean hasGuardedLayer(String options, String... guarded) {
    Mount overlay = overlay(options);
    return Overlays.hasGuardedLayer(overlay, List.of(ROOT, FAR, overlay), Set.of(guarded));
  }

  @Test
  void theKernelTellsOfLayersSince65() {
    Mount overlay = overlay("rw");
    for (String release : List.of("6.5", "6.5.0-41-generic", "6.18.4", "10.0-rc1")) {
      assertTrue(new Overlays(release).seenByLayers(overlay), release);
      assertFalse(new Overlays(release).seenByLayers(ROOT), release);
    }
    for (String release : List.of("6.4.16", "6.1.0-28-amd64", "5.14.0-503.el9", "", "6", "x.y")) {
      assertFalse(new Overlays(release).seenByLayers(overlay), release);
    }
  }

  @Test
  void anyLayerCounts() {
    assertTrue(hasGuardedLayer("rw,lowerdir=/far/a:/b,upperdir=/far/u,workdir=/far/w", "8:1"));
    assertTrue(hasGuardedLayer("rw,lowerdir=/far/a,upperdir=/u,workdir=/w", "8:1"));
    assertTrue(hasGuardedLayer("ro,lowerdir+=/far/a,datadir+=/b", "8:1"));
    assertFalse(hasGuardedLayer("rw,lowerdir=/far/a,upperdir=/far/u,redirect_dir=on", "8:1"));
  }

  @Test
  void aLayerThatCannotBeToldMayBeGuarded() {
    assertTrue(hasGuardedLayer("rw,lowerdir=l/A:l/B,upperdir=/far/u", "8:1"));
    assertFalse(hasGuardedLayer("rw,lowerdir=l/A:l/B,upperdir=/far/u", "0:50"), "only itself");
  }

  @Test
  void aLayerThatNobodyGuardsIsNamed() {
    Mount overlay = overlay("rw,lowerdir=/far/a:/b,upperdir=/u");
    List<Mount> table = List.of(ROOT, FAR, overlay);
    assertEquals(
        Optional.of("/far/a"), Overlays.unguardedLayer(overlay, table, Set.of("8:1", "0:50")));
    assertEquals(
        Optional.empty(), Overlays.unguardedLayer(overlay, table, Set.of("8:1", "0:40", "0:50")));
    assertEquals(
        Optional.empty(),
        Overlays.unguardedLayer(overlay("rw,lowerdir=l/A,upperdir=/u"), table, Set.of("8:1")));
  }

  @Test
  void aRootWhoseLayersAreNowhereIsNotItsOwnLayer() {
    Mount root = new Mount(1, "0:50", "/", "/", "overlay", "rw,lowerdir=/a,upperdir=/b/u");
    assertFalse(Overlays.hasGuardedLayer(root, List.of(root, FAR), Set.of("0:50", "0:40")));
  }

  @Test
  void layersAreReadFromAllOptionsThatNameThem() {
    assertEquals(
        List.of("/l/a", "/l/b", "/u", "/d"),
        Overlays.layers(overlay("rw,lowerdir=/l/a:/l/b,upperdir=/u,workdir=/w,datadir+=/d"))
            .toList());
  }
}
