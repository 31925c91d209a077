// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import io.lazaret.agent.decision.ObservedAccess;
import io.lazaret.protocol.Lane;
import java.io.IOException;
import java.nio.file.Path;

/** A file that a scan looks at, open until it is closed. */
public interface ScannedFile extends ObservedAccess, AutoCloseable {
  /** Opens files; refuses what is no regular file. */
  @FunctionalInterface
  interface Opener {
    ScannedFile open(Path file, long deadlineNanos) throws IOException;
  }

  @Override
  default Lane lane() {
    return Lane.ON_DEMAND;
  }

  @Override
  default String process() {
    return "";
  }

  @Override
  default int pid() {
    return 0;
  }

  @Override
  default int uid() {
    return -1;
  }

  @Override
  void close() throws IOException;
}
