// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.journal;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that writes all journals, there while there is something to write: a disk may take its
 * time. What waits for it is one group of each journal.
 */
public final class JournalThread implements AutoCloseable {
  private static final int IDLE_SECONDS = 2;
  private static final long STOP_SECONDS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(JournalThread.class);

  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().daemon().name("journal").factory());

  public JournalThread() {
    thread.allowCoreThreadTimeOut(true);
  }

  void execute(Runnable work) {
    thread.execute(work);
  }

  /** Does the last work of one journal, and waits for it, but not for ever. */
  void finish(Runnable work) {
    try {
      thread.submit(work).get(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (RejectedExecutionException closed) {
      work.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.error("journal could not be finished", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
