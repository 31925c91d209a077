// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import java.util.Locale;
import java.util.NoSuchElementException;

/**
 * Whether this process can hold opens.
 *
 * @param blocking whether it can
 * @param reason one sentence for people: why it cannot, or on what it can
 */
public record FanotifyFacts(boolean blocking, String reason) {
  /** Tries it, without marking anything. */
  public static FanotifyFacts probe() {
    String os = System.getProperty("os.name", "");
    if (!os.toLowerCase(Locale.ROOT).startsWith("linux")) {
      return new FanotifyFacts(false, os + " has no fanotify");
    }
    try {
      Fanotify.open().close();
      return new FanotifyFacts(
          true, "opens can be held by Linux " + System.getProperty("os.version", "") + " fanotify");
    } catch (LinuxException e) {
      return new FanotifyFacts(
          false,
          switch (e.errno()) {
            case Errno.EPERM -> "holding opens needs root (CAP_SYS_ADMIN)";
            case Errno.ENOSYS -> "this kernel is built without fanotify";
            case Errno.EINVAL -> "this kernel is built without fanotify's permission events";
            default -> "fanotify cannot be used: " + e.getMessage();
          });
    } catch (UnsatisfiedLinkError | NoSuchElementException e) {
      return new FanotifyFacts(false, "this C library is not known: " + e.getMessage());
    }
  }
}
