// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.watch;

/** Who takes the answers to held opens: the kernel. */
@FunctionalInterface
interface Responder {
  /**
   * Answers one.
   *
   * @return 0, or the error number with which the answer was refused
   */
  int respond(int fd, boolean allow);
}
