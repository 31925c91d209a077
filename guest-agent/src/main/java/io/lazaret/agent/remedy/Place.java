// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

/** A folder and a name in it. */
record Place(String folder, String name) {
  /**
   * Of an absolute path.
   *
   * @throws IllegalArgumentException when it is none
   */
  static Place of(String path) {
    int slash = path.lastIndexOf('/');
    if (!path.startsWith("/") || slash == path.length() - 1) {
      throw new IllegalArgumentException("path: " + path + " (expected: an absolute one)");
    }
    return new Place(path.substring(0, Math.max(1, slash)), path.substring(slash + 1));
  }
}
