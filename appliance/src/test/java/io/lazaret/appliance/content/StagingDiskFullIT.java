// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.content;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lazaret.appliance.metrics.Metrics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fills up under an upload; mounts a tmpfs, so it needs root. */
class StagingDiskFullIT {
  @TempDir Path directory;

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertEquals(0, process.waitFor(), String.join(" ", command));
  }

  @Test
  void aFullDiskIsNoRoomAndNothingElseBreaks() throws IOException, InterruptedException {
    Path mount = Files.createDirectory(directory.resolve("mount"));
    run("mount", "-t", "tmpfs", "-o", "size=64k", "lazaret-test", mount.toString());
    try (Metrics metrics = new Metrics();
        var scheduler = Executors.newSingleThreadScheduledExecutor();
        Staging staging =
            new Staging(
                new StagingSettings(
                    mount, 10 << 20, 10 << 20, 10, 1000, 3000, 1 << 20, Duration.ofMinutes(1), 2),
                scheduler,
                metrics)) {
      assertEquals(new UploadResult.NoRoom(), upload(staging, 500_000));
      assertEquals(0, staging.stagedBytes());
      if (upload(staging, 10_000) instanceof UploadResult.Staged(StagedContent content)) {
        content.close();
      } else {
        throw new AssertionError("there was room again (expected: staged)");
      }
    } finally {
      run("umount", mount.toString());
    }
  }

  private static UploadResult upload(Staging staging, int length) {
    byte[] content = StagingTest.bytes(length);
    Upload upload = staging.begin(1, StagingTest.key(content), credit -> {}).orElseThrow();
    assertEquals(java.util.Optional.empty(), upload.accept(0, ByteBuffer.wrap(content), true));
    return upload.done().orTimeout(30, TimeUnit.SECONDS).join();
  }
}
