// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.agent.client.ContentReader;
import io.lazaret.protocol.Lane;
import java.io.IOException;
import java.util.Optional;

/** One access as a watcher saw it; the watcher keeps the file open until the decision is made. */
public interface ObservedAccess extends ContentReader {
  /** How urgent it is: EXECUTE or OPEN while somebody waits, WRITTEN in the background. */
  Lane lane();

  /** What the file was when it was observed. */
  FileIdentity identity();

  /** What the same file is now; asks the system again. */
  FileIdentity currentIdentity() throws IOException;

  /** Absolute path at the time of the access; empty when unknown. */
  String path();

  /** Path of the executable that accesses it; empty when unknown. */
  String process();

  /** The executable that accesses it; none when unknown. Opens nothing. */
  default Optional<Program> program() {
    return Optional.empty();
  }

  /** Process id, 0 when unknown. */
  int pid();

  /** User id of the process, -1 when unknown. */
  int uid();

  /**
   * Whether a change after this moment would show in the file's identity: no writer has it open or
   * mapped now, and a later one's writes change its times, or only root could be one.
   */
  boolean settled() throws IOException;

  /** {@link System#nanoTime()} by which the access is answered, whatever is known by then. */
  long deadlineNanos();

  /** Until when finding out goes on in the background, for the next access. */
  default long workDeadlineNanos() {
    return deadlineNanos();
  }
}
