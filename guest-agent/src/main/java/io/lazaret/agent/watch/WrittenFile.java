// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.linux.FileStatus;
import io.lazaret.protocol.Lane;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file that a writer has closed: asked about in the background; nobody waits. */
final class WrittenFile extends EventFile {
  private final long workNanos;
  private final long closedNanos = System.nanoTime();
  private long firstClosedNanos = closedNanos;
  private volatile @Nullable FileIdentity refreshed;
  private volatile long deadlineNanos;

  /**
   * Takes over the event's descriptor.
   *
   * @param workNanos how long finding out may take, from when it begins
   */
  WrittenFile(int fd, int pid, FileStatus status, DescriptorBudget budget, long workNanos) {
    super(fd, pid, Lane.WRITTEN, status, budget);
    this.workNanos = workNanos;
    deadlineNanos = System.nanoTime() + workNanos;
  }

  /** When the kernel told of it. */
  long closedNanos() {
    return closedNanos;
  }

  /** Takes the place of an earlier close of the same file, unless that one waits for too long. */
  boolean replaces(WrittenFile earlier, long mostNanos) {
    firstClosedNanos = earlier.firstClosedNanos;
    return closedNanos - firstClosedNanos < mostNanos;
  }

  /**
   * Finding out begins: what the file is now is what counts.
   *
   * @return whether there is something to find out: not for a file that is empty or deleted by now,
   *     nor while somebody else writes to it, who will close it too
   */
  boolean begin() throws IOException {
    FileStatus now = currentStatus();
    refreshed = identityOf(now);
    deadlineNanos = System.nanoTime() + workNanos;
    return now.size() > 0 && now.links() > 0 && !isBeingWritten();
  }

  @Override
  public FileIdentity identity() {
    FileIdentity newer = refreshed;
    return newer == null ? super.identity() : newer;
  }

  @Override
  public long deadlineNanos() {
    return deadlineNanos;
  }
}
