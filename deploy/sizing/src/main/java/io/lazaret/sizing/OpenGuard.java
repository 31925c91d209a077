// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

/** Who guards a folder that {@link Opens} measures in. */
enum OpenGuard {
  NONE("no guard"),
  C("C, allows"),
  /** Has the kernel ignore a file after its first open: the least that an open can cost. */
  C_IGNORES("C, ignores"),
  CLAMONACC("clamonacc"),
  LAZARET("Lazaret");

  private final String shown;

  OpenGuard(String shown) {
    this.shown = shown;
  }

  /** Whether it looks at contents. */
  boolean scans() {
    return this == CLAMONACC || this == LAZARET;
  }

  @Override
  public String toString() {
    return shown;
  }
}
