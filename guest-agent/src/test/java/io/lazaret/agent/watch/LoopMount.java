// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A filesystem of the test's own, in an image file; needs root and leaves nothing behind. */
final class LoopMount implements AutoCloseable {
  private final Path folder;
  private final Path mount;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread atExit = new Thread(this::unmount);

  LoopMount() throws IOException, InterruptedException {
    folder = Files.createTempDirectory("lazaret-watch");
    mount = Files.createDirectory(folder.resolve("mount"));
    Path image = folder.resolve("image");
    run("truncate", "-s", "96M", image.toString());
    run("mkfs.ext4", "-q", "-F", "-N", "8192", image.toString());
    Runtime.getRuntime().addShutdownHook(atExit);
    attach();
    run("chmod", "777", mount.toString());
  }

  /** Mounts it where it was. */
  void attach() throws IOException, InterruptedException {
    run("mount", "-o", "loop", folder.resolve("image").toString(), mount.toString());
  }

  /** Leaves only its folder behind. */
  void detach() throws IOException, InterruptedException {
    Sh.waitFor(Duration.ofSeconds(20), () -> Sh.run("umount " + mount).exit() == 0);
  }

  Path path(String name) {
    return mount.resolve(name);
  }

  Path root() {
    return mount;
  }

  @Override
  public void close() {
    unmount();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  private void unmount() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      Sh.waitFor(Duration.ofSeconds(20), () -> Sh.run("umount " + mount).exit() == 0);
      Files.delete(folder.resolve("image"));
      Files.delete(mount);
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("left behind: " + folder, e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("left behind: " + folder, e);
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + output);
    }
  }
}
