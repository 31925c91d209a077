// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Many threads of this process that open files; it is not the agent's process. */
record Openers(int allowed, int denied, Duration longest) {

  /** Opens each of the files once. */
  static Openers open(Path folder, String name, int files, int threads)
      throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger allowed = new AtomicInteger();
    AtomicInteger denied = new AtomicInteger();
    AtomicLong longest = new AtomicLong();
    List<Thread> openers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      openers.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int n = next.getAndIncrement(); n < files; n = next.getAndIncrement()) {
                  long began = System.nanoTime();
                  (opens(folder.resolve(name + n)) ? allowed : denied).incrementAndGet();
                  longest.accumulateAndGet(System.nanoTime() - began, Math::max);
                }
              }));
    }
    for (Thread opener : openers) {
      opener.join();
    }
    return new Openers(allowed.get(), denied.get(), Duration.ofNanos(longest.get()));
  }

  /** Whether an open is allowed; false when it is denied. */
  static boolean opens(Path path) {
    try (FileChannel opened = FileChannel.open(path, StandardOpenOption.READ)) {
      return opened.isOpen();
    } catch (FileSystemException e) {
      if ("Operation not permitted".equals(e.getReason())) {
        return false;
      }
      throw new IllegalStateException("neither opened nor denied: " + path, e);
    } catch (IOException e) {
      throw new IllegalStateException("neither opened nor denied: " + path, e);
    }
  }
}
