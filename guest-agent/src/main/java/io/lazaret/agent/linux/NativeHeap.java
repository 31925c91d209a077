// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import java.util.NoSuchElementException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the virtual machine itself allocates: glibc keeps it, used or not, until it is told. */
public final class NativeHeap {
  private static final Logger LOG = LoggerFactory.getLogger(NativeHeap.class);

  private NativeHeap() {}

  /** Gives the system back what is free; nothing where the C library has no such thing. */
  public static void giveBack() {
    try (Scratch s = Scratch.take()) {
      var _ = Libc.mallocTrim(s, 0);
    } catch (UnsatisfiedLinkError | NoSuchElementException | ExceptionInInitializerError e) {
      LOG.debug("this C library keeps what is free detail={}", String.valueOf(e));
    }
  }
}
