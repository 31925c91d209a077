// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.protocol.Lane;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A file in memory that a test changes by hand. */
class FakeAccess implements ObservedAccess {
  final Lane lane;
  volatile byte[] content;
  volatile FileIdentity now;
  volatile boolean settled = true;
  volatile Runnable whenRead = () -> {};
  volatile long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
  private final FileIdentity seen;

  FakeAccess(Lane lane, String content, long inode) {
    this(lane, content, inode, 1000);
  }

  FakeAccess(Lane lane, String content, long inode, long changedNanos) {
    this.lane = lane;
    this.content = content.getBytes(StandardCharsets.UTF_8);
    now = new FileIdentity(1, inode, 0, this.content.length, changedNanos, changedNanos);
    seen = now;
  }

  /** Writes to the file, as the system would show it. */
  void change(String changed) {
    content = changed.getBytes(StandardCharsets.UTF_8);
    now =
        new FileIdentity(
            1, now.inode(), 0, content.length, now.modifiedNanos() + 1, now.changedNanos() + 1);
  }

  @Override
  public int read(ByteBuffer destination, long offset) {
    whenRead.run();
    byte[] bytes = content;
    int length = Math.min(destination.remaining(), (int) Math.max(0, bytes.length - offset));
    destination.put(bytes, (int) offset, length);
    return length;
  }

  @Override
  public Lane lane() {
    return lane;
  }

  @Override
  public FileIdentity identity() {
    return seen;
  }

  @Override
  public FileIdentity currentIdentity() {
    return now;
  }

  @Override
  public String path() {
    return "/home/user/file";
  }

  @Override
  public String process() {
    return "/usr/bin/cat";
  }

  @Override
  public int pid() {
    return 1234;
  }

  @Override
  public int uid() {
    return 1000;
  }

  @Override
  public boolean settled() {
    return settled;
  }

  @Override
  public long deadlineNanos() {
    return deadlineNanos;
  }
}
