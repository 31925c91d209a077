// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Verdict;

/**
 * One way to ask an engine. Every call blocks, may be freed by {@link Thread#interrupt()} and
 * happens on a platform thread.
 */
interface Scanner {
  /** Scans one content of exactly this many bytes; a failure of any kind is never a verdict. */
  Look scan(long length, ScanRequest.Source source);

  /** The engine's version line; fails when it does not answer. */
  String version() throws EngineException;

  /** Asks for a sign of life; fails when there is none. */
  void ping() throws EngineException;

  /** Tells it to load its signatures again; returns before that is done. */
  void reload() throws EngineException;

  /** What came of one scan. */
  sealed interface Look {
    /** The engine answered. */
    record Found(Verdict verdict) implements Look {}

    /** The connection to the engine failed with the content in it: it may have died of it. */
    record Lost(String detail) implements Look {}

    /** The engine was not there, and has seen nothing of the content. */
    record Absent(String detail) implements Look {}

    /** The engine answered with an error. */
    record Failed(String detail) implements Look {}

    /** The bytes could not be read, or were more or fewer than they should be. */
    record BadSource(String detail) implements Look {}
  }

  /** The engine did not answer. */
  final class EngineException extends Exception {
    EngineException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
