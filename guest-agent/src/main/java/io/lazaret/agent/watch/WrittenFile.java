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

  /** Finding out begins: what the file is now is what counts. */
  void begin() throws IOException {
    refreshed = currentIdentity();
    deadlineNanos = System.nanoTime() + workNanos;
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
