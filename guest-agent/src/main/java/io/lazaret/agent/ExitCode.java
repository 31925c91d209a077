// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

/** What the command line ends with; scripts rely on it. */
final class ExitCode {
  /** Done, or everything clean. */
  static final int DONE = 0;

  /** Something infected was found. */
  static final int INFECTED = 1;

  /** Wrong use or settings. */
  static final int WRONG_USE = 2;

  /** It could not be done. */
  static final int COULD_NOT = 3;

  private ExitCode() {}
}
