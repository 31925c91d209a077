// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

/** How urgent an access is; the most urgent first. */
public enum Lane {
  /** A program is about to be executed. */
  EXECUTE(1),
  /** A file is being opened. */
  OPEN(2),
  /** A file was closed after writing. */
  WRITTEN(3),
  /** A scan that somebody asked for. */
  ON_DEMAND(4),
  /** A verdict that has to be made again: debt, older epochs. */
  RESCAN(5);

  private final int wire;

  Lane(int wire) {
    this.wire = wire;
  }

  /** The number on the wire and in the store. */
  public int wire() {
    return wire;
  }
}
