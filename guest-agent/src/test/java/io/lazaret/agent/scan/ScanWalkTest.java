// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanWalkTest {
  @TempDir private Path directory;

  @Test
  void itGoesOnBehindAnyFileAndMissesNoneOfTheOthers() throws Exception {
    for (String file : List.of("a/1", "a/b/2", "a/b/c/3", "a/d", "b", "c/1/2/3/4", "c/1/5", "z")) {
      Path path = directory.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, "x");
    }
    // Large enough for several rounds, deep enough for small ones.
    for (int i = 0; i < 5_000; i++) {
      Files.createFile(directory.resolve("a/b/n" + i));
    }
    List<String> all = walk("");
    assertEquals(5_008, all.size());
    assertEquals(5_008, all.stream().distinct().count());
    for (int at : new int[] {0, 1, 2, 3, 2_500, 5_003, 5_006}) {
      assertEquals(all.subList(at + 1, all.size()), walk(all.get(at)), all.get(at));
    }
    assertEquals(List.of(), walk(all.getLast()));
    // The file at which it stopped, and its folder, may be gone.
    Files.delete(directory.resolve("c/1/2/3/4"));
    Files.delete(directory.resolve("c/1/2/3"));
    List<String> rest = walk(directory.resolve("c/1/2/3/4").toString());
    assertEquals(
        List.of(directory.resolve("c/1/5").toString(), directory.resolve("z").toString()), rest);
  }

  @Test
  void linksAreNotFollowedAndASingleFileIsAWalkToo() throws Exception {
    Files.createDirectories(directory.resolve("a"));
    Files.writeString(directory.resolve("a/1"), "x");
    Files.createSymbolicLink(directory.resolve("b"), directory.resolve("a"));
    Files.createSymbolicLink(directory.resolve("c"), directory.resolve("a/1"));
    assertEquals(List.of(directory.resolve("a/1").toString()), walk(""));
    List<String> one = new ArrayList<>();
    assertTrue(ScanWalk.walk(directory.resolve("a/1"), "", false, sink(one)));
    assertEquals(List.of(directory.resolve("a/1").toString()), one);
  }

  @Test
  void pressureIsWhatTheKernelSays() throws IOException {
    Pressure pressure = new Pressure(directory);
    assertTrue(!pressure.isKnown());
    assertEquals(Optional.empty(), pressure.above(new ScanSettings(0, 0, 10, 10, 10)));
    Files.writeString(directory.resolve("cpu"), "some avg10=1.00 avg60=9.00 avg300=9.00 total=9\n");
    Files.writeString(directory.resolve("io"), "some avg10=42.50 avg60=0.00 avg300=0.00 total=9\n");
    assertTrue(pressure.isKnown());
    assertEquals(
        Optional.of("io pressure 42.5 % (limit: 10 %)"),
        pressure.above(new ScanSettings(0, 0, 10, 10, 10)));
    assertEquals(Optional.empty(), pressure.above(new ScanSettings(0, 0, 10, 50, 10)));
    assertEquals(Optional.empty(), pressure.above(new ScanSettings(0, 0, 0, 0, 0)));
  }

  private List<String> walk(String after) throws InterruptedException {
    List<String> found = new ArrayList<>();
    assertTrue(ScanWalk.walk(directory, after, false, sink(found)));
    return found;
  }

  private static ScanWalk.Sink sink(List<String> found) {
    return new ScanWalk.Sink() {
      @Override
      public boolean file(Path file, long bytes) {
        return found.add(file.toString());
      }

      @Override
      public void unreadable(Path path, String why) {
        assertTrue(why.equals("NoSuchFileException"), path + ": " + why);
      }
    };
  }
}
