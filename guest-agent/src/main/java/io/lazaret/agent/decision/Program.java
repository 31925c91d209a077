// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.agent.client.ContentReader;
import java.io.IOException;

/** The executable of a process that accesses something; opened by the first read. */
public interface Program extends ContentReader, AutoCloseable {
  /** What it is, found out without opening it. */
  FileIdentity identity();

  /** What was opened and read; it may be another file than {@link #identity} by then. */
  FileIdentity opened() throws IOException;

  @Override
  void close() throws IOException;
}
