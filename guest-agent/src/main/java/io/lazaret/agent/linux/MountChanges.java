// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

/** Tells {@link Fanotify#await} that mounts of this process's namespace came or went. */
public final class MountChanges implements AutoCloseable {
  private final int fd;

  private MountChanges(int fd) {
    this.fd = fd;
  }

  public static MountChanges open() throws LinuxException {
    return new MountChanges(Descriptors.open("/proc/self/mountinfo"));
  }

  int fd() {
    return fd;
  }

  @Override
  public void close() throws LinuxException {
    Descriptors.close(fd);
  }
}
