// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that quarantines and restores, with -9, at any moment. */
class QuarantineKillIT {
  private static final int FILES = 5;
  private static final int ROUNDS = 12;

  @TempDir Path root = Path.of("");

  @Test
  void noFileIsLost() throws Exception {
    Random random = new Random(11);
    TestVault vault = new TestVault(root);
    byte[][] contents = new byte[FILES][];
    for (int i = 0; i < FILES; i++) {
      contents[i] = new byte[50_000 + i];
      random.nextBytes(contents[i]);
      Files.write(vault.home.resolve("file" + i), contents[i]);
    }
    for (int round = 0; round < ROUNDS; round++) {
      runAndKill(random.nextInt(250));
      vault.recover();
      List<Item> items = vault.items();
      int found = 0;
      for (int i = 0; i < FILES; i++) {
        Path file = vault.home.resolve("file" + i);
        if (Files.exists(file)) {
          assertArrayEquals(contents[i], Files.readAllBytes(file), "round " + round);
          found++;
        } else {
          Item item =
              items.stream()
                  .filter(one -> one.path().equals(file.toString()))
                  .findFirst()
                  .orElseThrow(() -> new AssertionError(file + " is lost: " + items));
          assertEquals(Item.State.HELD, item.state());
          assertArrayEquals(contents[i], vault.content(item), "round " + round);
          found++;
        }
      }
      assertEquals(FILES, found);
      assertTrue(vault.files().stream().noneMatch(name -> name.startsWith(".lazaret-")));
      assertEquals(2 * items.size(), vault.vaultFiles().size(), vault.vaultFiles().toString());
    }
  }

  private void runAndKill(int afterMillis) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "timeout",
                "-s",
                "KILL",
                "60",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                QuarantineProcess.class.getName(),
                root.toString(),
                Integer.toString(FILES))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertEquals("READY", output.readLine());
      // A moment is what is tested; it ends by itself only when it fails.
      assertTrue(!process.waitFor(afterMillis, TimeUnit.MILLISECONDS), "it ended by itself");
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
