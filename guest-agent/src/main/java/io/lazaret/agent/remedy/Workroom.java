// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that touches the vault and the files that are remedied, and what waits for it. The
 * thread is there while there is work, because what it does may block.
 */
public final class Workroom implements AutoCloseable {
  private static final int QUEUE = 256;
  private static final int IDLE_SECONDS = 10;
  private static final long STOP_SECONDS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(Workroom.class);

  private final Path folder;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(QUEUE),
          Thread.ofPlatform().daemon().name("remedy").factory());
  private volatile @Nullable Vault vault;

  /**
   * Opens nothing yet.
   *
   * @param folder where the vault is, or will be when it is needed
   */
  public Workroom(Path folder) {
    this.folder = folder;
    thread.allowCoreThreadTimeOut(true);
  }

  /** Whether there is a vault, or nobody tells us that there is none. */
  boolean hasVault() {
    return !Files.notExists(folder, LinkOption.NOFOLLOW_LINKS);
  }

  /** The vault, made and settled when it is needed first; on the thread only. */
  Vault vault() throws IOException {
    Vault open = vault;
    if (open == null) {
      open = Vault.open(folder);
      vault = open;
      new Recovery(open).run();
    }
    return open;
  }

  long vaultBytes() {
    Vault open = vault;
    return open == null ? 0 : open.bytes();
  }

  long vaultFiles() {
    Vault open = vault;
    return open == null ? 0 : open.files();
  }

  /** Does it later; false when too much waits. Never blocks. */
  boolean offer(Runnable work) {
    try {
      thread.execute(work);
      return true;
    } catch (RejectedExecutionException full) {
      return false;
    }
  }

  /** Does it on the thread, and waits for it. */
  public <T> T call(Callable<T> work) throws IOException, InterruptedException {
    FutureTask<T> task = new FutureTask<>(work);
    if (!offer(task)) {
      throw new IOException("too much is being remedied (expected: try again)");
    }
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
    }
  }

  /** Finishes what is under way, and gives up what waits: it is found again. */
  @Override
  public void close() throws IOException {
    thread.getQueue().clear();
    thread.shutdown();
    try {
      if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("remedy did not end in time: the next start settles what is under way");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Vault open = vault;
    if (open != null) {
      open.close();
    }
  }
}
