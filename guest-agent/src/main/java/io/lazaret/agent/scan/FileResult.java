// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import io.lazaret.protocol.Verdict;

/** What came of one file. */
public sealed interface FileResult {
  /** There is a verdict. */
  record Judged(Verdict verdict, long bytes) implements FileResult {}

  /** There is no verdict: the file could not be read, or the appliance gave none. */
  record NotScanned(String why) implements FileResult {}
}
