// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service manager that started this process, if it wants to be told how it is: the datagrams of
 * sd_notify(3). Never waits: what cannot be sent is not sent.
 */
public final class ServiceManager {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);

  // linux/socket.h, linux/net.h
  private static final short AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_NONBLOCK = 04000;
  private static final int SOCK_CLOEXEC = 02000000;
  private static final int LONGEST_PATH = 107;

  private final int socket;
  private volatile boolean ready;
  private volatile boolean readyTold;

  private ServiceManager(int socket) {
    this.socket = socket;
  }

  /** As the environment says; one that nobody hears when it says nothing. */
  public static ServiceManager of(Map<String, String> environment) {
    String address = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (address.isEmpty()) {
      return new ServiceManager(-1);
    }
    try {
      return new ServiceManager(connect(address));
    } catch (LinuxException e) {
      LOG.warn("service manager cannot be told address={} detail={}", address, e.getMessage());
      return new ServiceManager(-1);
    }
  }

  /** Whether somebody hears. */
  public boolean present() {
    return socket >= 0;
  }

  private static int connect(String address) throws LinuxException {
    byte[] path = address.getBytes(StandardCharsets.UTF_8);
    if ((path[0] != '/' && path[0] != '@') || path.length > LONGEST_PATH) {
      throw new LinuxException("NOTIFY_SOCKET", Errno.EINVAL);
    }
    if (path[0] == '@') {
      path[0] = 0; // a name of no filesystem
    }
    try (Scratch s = Scratch.take()) {
      int fd = Libc.socket(s, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) {
        throw new LinuxException("socket", s.errno());
      }
      s.struct.fill((byte) 0);
      s.struct.set(JAVA_SHORT, 0, AF_UNIX);
      MemorySegment.copy(path, 0, s.struct, JAVA_BYTE, Layouts.SUN_PATH, path.length);
      int length = (int) Layouts.SUN_PATH + path.length;
      if (Libc.connect(s, fd, s.struct, length) != 0) {
        int error = s.errno();
        Descriptors.close(fd);
        throw new LinuxException("connect " + address, error);
      }
      return fd;
    }
  }

  /** It guards. */
  public void ready() {
    ready = true;
    alive();
  }

  /** It still guards, if it ever did. */
  public void alive() {
    if (ready && send(readyTold ? "WATCHDOG=1" : "READY=1\nWATCHDOG=1")) {
      readyTold = true;
    }
  }

  /** It is about to end. */
  public void stopping() {
    boolean told = send("STOPPING=1");
    LOG.debug("service manager was told of the end told={}", told);
  }

  private boolean send(String state) {
    if (socket < 0) {
      return false;
    }
    byte[] bytes = state.getBytes(StandardCharsets.US_ASCII);
    try (Scratch s = Scratch.take()) {
      MemorySegment.copy(bytes, 0, s.text, JAVA_BYTE, 0, bytes.length);
      if (Libc.write(s, socket, s.text, bytes.length) != bytes.length) {
        LOG.debug("service manager was not told state={} error={}", state, s.errno());
        return false;
      }
      return true;
    }
  }
}
