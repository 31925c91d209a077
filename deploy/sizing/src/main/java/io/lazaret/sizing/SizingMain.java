// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

/** The command line of the benchmarks. */
public final class SizingMain {
  private SizingMain() {}

  public static void main(String[] args) {
    System.exit(2);
  }
}
