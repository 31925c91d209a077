// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

/** What came of a wish to change the signatures. */
public sealed interface SignatureChange {
  /** The engine answers under a new generation. */
  record Applied(long generation) implements SignatureChange {}

  /** The files are those that are in use. */
  record Unchanged() implements SignatureChange {}

  /** The engine does not load the files, or it is not running; the last good ones stay in use. */
  record Rejected(String problem) implements SignatureChange {}
}
